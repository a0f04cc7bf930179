import { takeStreamSlot } from '../../lib/stream-slots.ts';
import { isVisible, watchVisibility } from '../../lib/visibility.ts';
import type { ProgressEvent } from '../../lib/wire.ts';

/** Subscription of the API to the steps of one identification. */
interface Progress {
  subscribe: (
    input: { requestId: string; lastEventId?: string },
    handlers: { onData: (event: { id: string; data: ProgressEvent }) => void },
  ) => { unsubscribe: () => void };
}

interface Follow {
  requestId: string;
  progress: Progress;
  /** `at`: time of the event, in epoch milliseconds of this device. */
  onProgress: (event: ProgressEvent, at: number) => void;
}

/**
 * Follows the steps of one identification while the page is visible and the browser has a connection to spare. The
 * stream closes when the page is hidden, and goes on after the last event it brought when the page is shown again.
 *
 * @returns a function that stops following
 */
export function followProgress({ requestId, progress, onProgress }: Follow): () => void {
  let stream: AbortController | undefined;
  let lastEventId: string | undefined;
  /** Start of the server's clock for this run; it dates events that arrive late because the page was hidden. */
  let startedAt = Number.POSITIVE_INFINITY;

  const open = async (signal: AbortSignal) => {
    // Without Web Locks the stream is opened without a slot: it ends within a minute.
    if ((await takeStreamSlot(signal)) === 'taken' || signal.aborted) return;
    const following = progress.subscribe(
      { requestId, ...(lastEventId !== undefined && { lastEventId }) },
      {
        onData({ id, data }) {
          lastEventId = id;
          startedAt = Math.min(startedAt, Date.now() - data.at);
          onProgress(data, startedAt + data.at);
        },
      },
    );
    signal.addEventListener('abort', () => following.unsubscribe(), { once: true });
  };
  const openOrClose = () => {
    if (isVisible() === (stream !== undefined)) return;
    stream?.abort();
    stream = isVisible() ? new AbortController() : undefined;
    if (stream !== undefined) void open(stream.signal);
  };

  openOrClose();
  const unwatch = watchVisibility(openOrClose);
  return () => {
    unwatch();
    stream?.abort();
  };
}
