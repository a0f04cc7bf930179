'use client';

import { useSyncExternalStore } from 'react';

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
