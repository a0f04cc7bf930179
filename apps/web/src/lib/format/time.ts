const NO_BREAK = '\u00a0';
const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
const HALF_A_DAY_MS = (DAY_S * 1000) / 2;

/** Formats a time as "02:41:07", or as "02:41". */
export function clockTime(at: number, timeZone: string, precision: 'seconds' | 'minutes' = 'seconds'): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    ...(precision === 'seconds' && { second: '2-digit' }),
    hourCycle: 'h23',
  }).format(at);
}

/** Formats a time with its day, unless that is today: "02:41:07", "22 Nov, 02:41". */
export function dayAndTime(at: number, now: number, timeZone: string): string {
  const day = dayText(at, timeZone);
  return day === dayText(now, timeZone) ? clockTime(at, timeZone) : `${day}, ${clockTime(at, timeZone, 'minutes')}`;
}

/** Formats a future time, with its day when it is at least half a day away. */
export function untilTime(at: number, now: number, timeZone: string): string {
  return at - now < HALF_A_DAY_MS ? clockTime(at, timeZone, 'minutes') : dayAndTime(at, now, timeZone);
}

/** Formats a duration in its two largest units: "9 s", "3 min 12 s", "2 h 5 min", "1 d 4 h". */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < MINUTE_S) return unit(seconds, 's');
  if (seconds < HOUR_S) return pair(seconds, MINUTE_S, 'min', 1, 's');
  if (seconds < DAY_S) return pair(seconds, HOUR_S, 'h', MINUTE_S, 'min');
  return pair(seconds, DAY_S, 'd', HOUR_S, 'h');
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small);
  const whole = unit(Math.floor(seconds / large), largeUnit);
  return rest === 0 ? whole : `${whole} ${unit(rest, smallUnit)}`;
}

function unit(value: number, name: string): string {
  return `${value}${NO_BREAK}${name}`;
}

const SPANS: ReadonlyMap<number, string> = new Map([
  [1_000, 'a second'],
  [60_000, 'a minute'],
  [3_600_000, 'an hour'],
  [86_400_000, 'a day'],
]);

/** Formats a rate limit: "100 an hour", "1,000 a day", "5 in 15 min". */
export function rateText(count: number, windowMs: number, what = ''): string {
  const number = `${count.toLocaleString('en-GB')}${what === '' ? '' : ` ${what}`}`;
  return `${number} ${SPANS.get(windowMs) ?? `in ${durationText(windowMs)}`}`;
}

/** Formats a time in UTC, for those who compare it with a log: "22 Nov 2026, 01:41:07 UTC". */
export function utcText(at: string): string {
  return `${new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(Date.parse(at))} UTC`;
}

/** Formats the day of a time: "22 Nov". */
export function dayText(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' }).format(at);
}
