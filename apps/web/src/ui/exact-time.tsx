'use client';

import { useTimeZone } from '@/lib/device.ts';

const SHAPE = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;

/** Shows a time to the second in the reader's time zone, and in UTC on hover; in UTC until hydration. */
export function ExactTime({ at }: { at: string }) {
  const utc = `${format(at, 'UTC')} UTC`;
  const timeZone = useTimeZone();
  return (
    <time dateTime={at} title={utc}>
      {timeZone === undefined ? utc : format(at, timeZone)}
    </time>
  );
}

function format(at: string, timeZone: string): string {
  const shape = { ...SHAPE, second: '2-digit', hourCycle: 'h23', timeZone } as const;
  return new Intl.DateTimeFormat('en-GB', shape).format(new Date(at));
}
