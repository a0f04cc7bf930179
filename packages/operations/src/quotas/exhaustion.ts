import type { QuotaCounter } from '@plantcommunity/identification';
import { DAY_MS, HOUR_MS } from '../durations.ts';

const PERIOD_MS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS } as const;
/** Share of a period that has to be over before its own pace says how it goes on. */
const TELLING_SHARE = 0.1;
/** Days whose average is the pace until then. */
const RECENT_DAYS = 7;

/** Credits that were spent on a UTC day, such as `2026-11-27`. */
export interface DayUse {
  day: string;
  count: number;
}

/**
 * Projects when a quota will be used up: at the pace of its period, or at that of the last seven whole days while less
 * than a tenth of the period is over. Returns undefined when it lasts until its reset, and when it is used up already.
 * Times are in milliseconds since 1970.
 * @param days the last days, oldest first, that of `now` included
 */
export function projectedExhaustion(
  { limit, period, used }: QuotaCounter,
  { days, now }: { days: readonly DayUse[]; now: number },
): number | undefined {
  if (limit === undefined || used >= limit) return undefined;
  const startsAt = startOf(period);
  const elapsedMs = startsAt === undefined ? 0 : now - startsAt;
  const isTelling = startsAt !== undefined && elapsedMs >= TELLING_SHARE * (period.endsAt - startsAt);
  const recentPace = isTelling ? undefined : paceOf(days);
  const pace = recentPace ?? (elapsedMs > 0 ? used / elapsedMs : 0);
  const exhaustedAt = now + (limit - used) / pace;
  return exhaustedAt < period.endsAt ? Math.round(exhaustedAt) : undefined;
}

/** Returns when the period began; undefined for the life of a key. */
function startOf({ endsAt, window }: QuotaCounter['period']): number | undefined {
  switch (window) {
    case 'total':
      return undefined;
    case 'month': {
      const end = new Date(endsAt);
      return Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - 1);
    }
    case 'hour':
    case 'day':
    case 'week':
      return endsAt - PERIOD_MS[window];
  }
}

/** Returns the credits a millisecond of the last whole days; undefined when none were spent. */
function paceOf(days: readonly DayUse[]): number | undefined {
  const whole = days.slice(0, -1).slice(-RECENT_DAYS);
  const spent = whole.reduce((sum, { count }) => sum + count, 0);
  return spent > 0 ? spent / (whole.length * DAY_MS) : undefined;
}
