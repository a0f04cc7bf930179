'use client';

import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { useNow } from '@/lib/device.ts';
import { countdownText } from '@/lib/format/amounts.ts';
import hidden from './visually-hidden.module.css';

/** Seconds left at which a countdown is spoken. */
const SPOKEN = [60, 30, 10, 0];

/** Browsers take a longer one for none at all; who stays for three weeks may try a little early. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function useSecondsLeft(until: number): number {
  return Math.max(0, Math.ceil((until - useNow(1000)) / 1000));
}

interface CountdownProps {
  /** Epoch milliseconds. */
  until: number;
  /** Called once, when it is over. */
  onOver?: () => void;
  /** Says how it stands now and then; one of several on a page is enough. */
  spoken?: boolean;
}

/** The time until a moment, once a second, without any tweening. */
export function Countdown({ until, onOver, spoken = false }: CountdownProps) {
  const left = useSecondsLeft(until);
  const over = useEffectEvent(() => onOver?.());
  useEffect(() => {
    const timer = setTimeout(over, Math.min(LONGEST_TIMER_MS, Math.max(0, until - Date.now())));
    return () => clearTimeout(timer);
  }, [until]);
  // The last mark that was passed: the text changes only there.
  const mark = SPOKEN.findLast((each) => left <= each);
  return (
    <>
      {/* What is said by itself is not also part of a name, such as a button's. */}
      <span role={spoken ? 'timer' : undefined}>{countdownText(left)}</span>
      {spoken && mark !== undefined ? (
        <span aria-live="polite" className={hidden['hidden']}>
          {mark === 0 ? 'now' : `${mark} seconds left`}
        </span>
      ) : null}
    </>
  );
}

const FORMATS = {
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  dateTime: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  dayMonth: { day: 'numeric', month: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const never = () => () => undefined;

/** A moment in the reader's own time zone, hence only said once the page is in their hands. Without `at`: now. */
export function LocalTime({ at, as = 'date' }: { at?: string; as?: keyof typeof FORMATS }) {
  const text = useSyncExternalStore(
    never,
    () => new Intl.DateTimeFormat('en-GB', FORMATS[as]).format(at === undefined ? new Date() : new Date(at)),
    () => '',
  );
  return at === undefined ? text : <time dateTime={at}>{text}</time>;
}
