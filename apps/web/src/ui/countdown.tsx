'use client';

import { useEffect, useEffectEvent } from 'react';
import { useNow } from '@/lib/device.ts';
import { countdownText } from '@/lib/format/amounts.ts';
import hidden from './visually-hidden.module.css';

/** Remaining seconds that are announced to screen readers. */
const SPOKEN = [60, 30, 10, 0];

/** Longest delay of a timer (about 25 days); browsers run a longer one at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function useSecondsLeft(until: number): number {
  return Math.max(0, Math.ceil((until - useNow(1000)) / 1000));
}

interface CountdownProps {
  /** Epoch milliseconds. */
  until: number;
  /** Called once at the end. */
  onOver?: (() => void) | undefined;
  /** Announces the remaining time now and then; use it for one countdown per page. */
  spoken?: boolean;
}

/** Counts down to a time, once a second. */
export function Countdown({ until, onOver, spoken = false }: CountdownProps) {
  const left = useSecondsLeft(until);
  const end = useEffectEvent(() => onOver?.());
  useEffect(() => {
    const timer = setTimeout(end, Math.min(LONGEST_TIMER_MS, Math.max(0, until - Date.now())));
    return () => clearTimeout(timer);
  }, [until]);
  // The text changes only when a mark is passed.
  const mark = SPOKEN.findLast((each) => left <= each);
  return (
    <>
      {/* A timer role keeps announced text out of the accessible name of a button. */}
      <span role={spoken ? 'timer' : undefined}>{countdownText(left)}</span>
      {spoken && mark !== undefined ? (
        <span aria-live="polite" className={hidden['hidden']}>
          {mark === 0 ? 'now' : `${mark} seconds left`}
        </span>
      ) : null}
    </>
  );
}
