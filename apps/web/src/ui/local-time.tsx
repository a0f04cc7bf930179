'use client';

import { useSyncExternalStore } from 'react';

const FORMATS = {
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  dateTime: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  dayMonth: { day: 'numeric', month: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const never = () => () => undefined;

/** Shows a time in the reader's time zone, so it is empty until hydration. Without `at`: the current time. */
export function LocalTime({ at, as = 'date' }: { at?: string; as?: keyof typeof FORMATS }) {
  const text = useSyncExternalStore(
    never,
    () => new Intl.DateTimeFormat('en-GB', FORMATS[as]).format(at === undefined ? new Date() : new Date(at)),
    () => '',
  );
  return at === undefined ? text : <time dateTime={at}>{text}</time>;
}
