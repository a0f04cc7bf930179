const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970 began on a Thursday, so the first Monday was the fifth day. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** Over what a provider's limit counts. `total`: over the life of the key. */
export const WINDOWS = ['hour', 'day', 'week', 'month', 'total'] as const;
export type QuotaWindow = (typeof WINDOWS)[number];

/** One stretch of time with a counter of its own, which begins at 0. */
export interface Period {
  readonly window: QuotaWindow;
  /** Such as `day:2026-11-22`; no other period has it. */
  readonly id: string;
  /** In milliseconds since 1970; infinite when nobody knows. */
  readonly endsAt: number;
}

/**
 * The periods that `now` lies in, in the order of WINDOWS. Both providers begin days at 00:00 UTC and months on the
 * first. When Plant.id's week begins is not documented; Monday is assumed, and its word corrects us where that is wrong.
 */
export function periodsOf(now: number): readonly Period[] {
  const hour = now - (now % HOUR_MS);
  if (remembered?.hour !== hour) remembered = { hour, periods: periodsFrom(hour) };
  return remembered.periods;
}

/** They change with the hour, and are asked for at each request. */
let remembered: { readonly hour: number; readonly periods: readonly Period[] } | undefined;

function periodsFrom(now: number): readonly Period[] {
  const time = new Date(now).toISOString();
  const day = now - (now % DAY_MS);
  const monday = day - ((day - FIRST_MONDAY_MS) % (7 * DAY_MS));
  const nextMonth = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth() + 1);
  return [
    { window: 'hour', id: `hour:${time.slice(0, 13)}`, endsAt: now - (now % HOUR_MS) + HOUR_MS },
    { window: 'day', id: `day:${time.slice(0, 10)}`, endsAt: day + DAY_MS },
    { window: 'week', id: `week:${new Date(monday).toISOString().slice(0, 10)}`, endsAt: monday + 7 * DAY_MS },
    { window: 'month', id: `month:${time.slice(0, 7)}`, endsAt: nextMonth },
    { window: 'total', id: 'total', endsAt: Number.POSITIVE_INFINITY },
  ];
}

/** How long a counter is kept: a day beyond its period, for calls that end after it. */
export function keptMs({ endsAt }: Period, now: number): number {
  return endsAt === Number.POSITIVE_INFINITY ? 400 * DAY_MS : endsAt - now + DAY_MS;
}

/** The first day, in UTC, of the period of that window. */
export function firstDayOf(window: 'day' | 'week' | 'month', now: number): Date {
  const { id } = periodsOf(now).find((period) => period.window === window) ?? { id: '' };
  return new Date(`${id.slice(window.length + 1)}${window === 'month' ? '-01' : ''}T00:00:00Z`);
}

/** Returns when the current period of `window` ends, in epoch milliseconds. */
export function endOf(window: 'day' | 'month', now: number): number {
  return periodsOf(now).find((period) => period.window === window)?.endsAt ?? Number.POSITIVE_INFINITY;
}
