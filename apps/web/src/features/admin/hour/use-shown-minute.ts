'use client';

import { useEffect, useLayoutEffect, useRef, useState } from 'react';

/** The minute whose figures the charts show. */
export interface ShownMinute {
  /** Start of the minute in ISO 8601; undefined while the whole hour is shown. */
  minute: string | undefined;
  /** Place of the minute in the hour; the last place while the whole hour is shown. */
  index: number;
  /** Number of minutes in the hour. */
  count: number;
  /** Shows the minute at a place; at the last place, which is still running, the whole hour. */
  show: (index: number) => void;
  /** Shows the whole hour and focuses the knob that was used last. */
  leave: () => void;
  /** Remembers the knob that is in use. */
  use: (knob: HTMLElement) => void;
}

/**
 * Lets people look at one minute of the hour, in all charts at once. It ends when the minute leaves the hour.
 * @param minutes starts of the minutes in ISO 8601, oldest first
 */
export function useShownMinute(minutes: readonly string[]): ShownMinute {
  const [chosen, setChosen] = useState<string>();
  const knob = useRef<HTMLElement>(null);
  const top = useRef<number>(undefined);
  const last = Math.max(0, minutes.length - 1);
  const index = chosen === undefined ? -1 : minutes.indexOf(chosen);
  const minute = index === -1 || index === last ? undefined : chosen;

  const choose = (next: string | undefined) => {
    top.current = knob.current?.getBoundingClientRect().top;
    setChosen(next);
  };

  useLayoutEffect(() => {
    // The strip that appears above the charts does not move the knob from under the pointer.
    const before = top.current;
    const after = knob.current?.getBoundingClientRect().top;
    top.current = undefined;
    if (before !== undefined && after !== undefined && before !== after) window.scrollBy(0, after - before);
  });

  const isShown = minute !== undefined;
  useEffect(() => {
    if (!isShown) return;
    const leaveOnEscape = (event: KeyboardEvent) => {
      const isInDialog = event.target instanceof Element && event.target.closest('dialog') !== null;
      if (event.key === 'Escape' && !isInDialog) setChosen(undefined);
    };
    document.addEventListener('keydown', leaveOnEscape);
    return () => document.removeEventListener('keydown', leaveOnEscape);
  }, [isShown]);

  return {
    minute,
    index: minute === undefined ? last : index,
    count: minutes.length,
    show: (next) => choose(next >= last ? undefined : minutes[Math.max(0, next)]),
    leave: () => {
      choose(undefined);
      knob.current?.focus({ preventScroll: true });
    },
    use: (used) => {
      knob.current = used;
    },
  };
}
