/** Messages between all tabs of this site in one browser; a tab does not receive its own. */
export interface TabChannel {
  post: (message: unknown) => void;
  /** Messages may come from another version of the page. */
  onMessage: (listener: (message: unknown) => void) => void;
  close: () => void;
}

/** Opens a channel; returns undefined in a browser without BroadcastChannel. */
export function openTabChannel(name: string): TabChannel | undefined {
  if (!('BroadcastChannel' in globalThis)) return undefined;
  const channel = new BroadcastChannel(name);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is for one origin
    post: (message) => channel.postMessage(message),
    onMessage: (listener) => channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data)),
    close: () => channel.close(),
  };
}
