'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';

/** Returns this device's time in epoch milliseconds, updated every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

const never = () => () => undefined;

/** Returns the reader's time zone; undefined on the server and until hydration. */
export function useTimeZone(): string | undefined {
  return useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => undefined,
  );
}

/** Returns whether people can see this page; a hidden page holds no connection. */
export const isVisible = (): boolean => document.visibilityState === 'visible';

/** Calls `onChange` when the page is hidden, shown, or comes back out of the browser's back/forward cache. */
export function watchVisibility(onChange: () => void): () => void {
  document.addEventListener('visibilitychange', onChange);
  window.addEventListener('pageshow', onChange);
  return () => {
    document.removeEventListener('visibilitychange', onChange);
    window.removeEventListener('pageshow', onChange);
  };
}

/** Returns whether people can see this page, as a hook. The server renders every page as visible. */
export function useVisible(): boolean {
  return useSyncExternalStore(watchVisibility, isVisible, () => true);
}
