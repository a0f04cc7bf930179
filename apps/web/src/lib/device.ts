'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';

/** This device's time in epoch milliseconds, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

const never = () => () => undefined;

/** The reader's time zone; undefined on the server and until the page is in their hands. */
export function useTimeZone(): string | undefined {
  return useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => undefined,
  );
}

/** Whether people can see this page now; a page that is not on screen holds no connection. */
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
