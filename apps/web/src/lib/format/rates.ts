import { durationText } from './time.ts';

const SPANS: ReadonlyMap<number, string> = new Map([
  [1_000, 'a second'],
  [60_000, 'a minute'],
  [3_600_000, 'an hour'],
  [86_400_000, 'a day'],
]);

/** How often something may be done: "100 an hour", "1,000 a day", "5 in 15 min". */
export function rateText(count: number, windowMs: number, what = ''): string {
  const number = `${count.toLocaleString('en-GB')}${what === '' ? '' : ` ${what}`}`;
  return `${number} ${SPANS.get(windowMs) ?? `in ${durationText(windowMs)}`}`;
}
