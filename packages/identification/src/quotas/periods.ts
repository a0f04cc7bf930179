import type { Counter, Period, QuotaWindow, UsageReport } from './types.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970 began on a Thursday, so the first Monday was the fifth day. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** Maximum difference between the provider's clock and ours. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Returns the periods that contain `now`, in the order of WINDOWS. Both providers start days at 00:00 UTC and months on
 * the first. The start of Plant.id's week is not documented; Monday is assumed, and its usage report corrects us where
 * that is wrong.
 */
export function periodsOf(now: number): readonly Period[] {
  const hour = now - (now % HOUR_MS);
  if (cached?.hour !== hour) cached = { hour, periods: periodsFrom(hour) };
  return cached.periods;
}

/** The periods change with the hour, and every request reads them. */
let cached: { readonly hour: number; readonly periods: readonly Period[] } | undefined;

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

/** Returns the TTL of a counter: it outlives its period by a day, for calls that end after it. */
export function ttlOf({ endsAt }: Period, now: number): number {
  return endsAt === Number.POSITIVE_INFINITY ? 400 * DAY_MS : endsAt - now + DAY_MS;
}

/** Returns the first day, in UTC, of the current period of `window`. */
export function firstDayOf(window: 'day' | 'week' | 'month', now: number): Date {
  const { id } = periodsOf(now).find((period) => period.window === window) ?? { id: '' };
  return new Date(`${id.slice(window.length + 1)}${window === 'month' ? '-01' : ''}T00:00:00Z`);
}

/** Returns when the current period of `window` ends, in epoch milliseconds. */
export function endOf(window: 'day' | 'month', now: number): number {
  return periodsOf(now).find((period) => period.window === window)?.endsAt ?? Number.POSITIVE_INFINITY;
}

/** Returns our own limit (undefined: the reported one; 0: unlimited), but never more than the reported one. */
export function effectiveLimit(own: number | undefined, reported: number | undefined): number | undefined {
  if (own === 0) return undefined;
  if (own === undefined || reported === undefined) return own ?? reported;
  return Math.min(own, reported);
}

export function remaining({ limit, used }: Counter): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - used);
}

/** Returns the used share of the limit, from 0 to 1; 0 without a limit. */
export function usedShare({ limit, used }: Counter): number {
  if (limit === undefined) return 0;
  return limit === 0 ? 1 : Math.min(1, used / limit);
}

/** Returns the counters with too little room for the credits. */
export function exhausted(counters: readonly Counter[], credits: number): readonly Counter[] {
  return counters.filter((counter) => remaining(counter) < credits);
}

/** Returns when the last of the counters resets; undefined without counters, infinite when one never does. */
export function latestReset(counters: readonly Counter[]): number | undefined {
  return counters.length === 0 ? undefined : Math.max(...counters.map(({ period }) => period.endsAt));
}

/**
 * Returns the report without the usage of periods that the two clocks may not agree on: near a boundary, the reported
 * usage may be that of the day before or after ours. Limits hold in every period.
 */
export function certainReport(report: UsageReport, requestedAt: number, receivedAt: number): UsageReport {
  const earliest = periodsOf(requestedAt - CLOCK_SKEW_MS);
  const latest = periodsOf(receivedAt + CLOCK_SKEW_MS);
  const changing = new Set<QuotaWindow>(
    earliest.filter(({ id }, index) => id !== latest[index]?.id).map(({ window }) => window),
  );
  const windows: UsageReport['windows'] = Object.fromEntries(
    periodsOf(requestedAt).flatMap(({ window }) => {
      const usage = report.windows[window];
      if (usage === undefined) return [];
      return [[window, changing.has(window) ? { ...usage, used: undefined } : usage]];
    }),
  );
  return { ...report, windows };
}
