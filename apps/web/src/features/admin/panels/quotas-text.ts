import { countedText, countText } from '../../../lib/format/amounts.ts';
import { dayText, durationText, untilTime } from '../../../lib/format/time.ts';
import { PROVIDERS } from '../../../lib/providers.ts';
import type { QuotaUse } from '../../../lib/wire.ts';
import type { Sentence } from '../text/sentence.ts';

const DAY_MS = 86_400_000;

const PERIODS: Readonly<Record<string, string>> = {
  hour: 'this hour',
  day: 'today',
  month: 'this month',
  total: 'over the life of the key',
};

/** Names a quota: "Plant.id, this month". */
export function quotaName({ provider, window }: QuotaUse): string {
  return `${PROVIDERS[provider].displayName}, ${PERIODS[window] ?? window}`;
}

/** Returns the used share; a limit of 0 allows no call, so all of it is used. */
export function quotaShare({ limit, used }: QuotaUse): number {
  return limit === 0 ? 1 : used / limit;
}

/** Describes how long a quota will last. */
export function quotaOutlook(quota: QuotaUse, now: number, timeZone: string): Sentence {
  const { exhausted_at: exhaustedAt, limit, resets_at: resetsAt, used } = quota;
  const reset = resetsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(resetsAt);
  const full: Sentence =
    resetsAt === undefined
      ? ['It is not filled again.']
      : [
          'Full again at ',
          { text: untilTime(reset, now, timeZone), at: resetsAt },
          `, in ${durationText(reset - now)}.`,
        ];
  if (limit === 0) return ['Used up: its limit is 0.'];
  if (used >= limit) return ['Used up. ', ...full];
  if (exhaustedAt !== undefined && Date.parse(exhaustedAt) < reset) {
    const gone = Date.parse(exhaustedAt);
    const isSoon = gone - now < DAY_MS;
    const when = isSoon ? untilTime(gone, now, timeZone) : dayText(gone, timeZone);
    const early = resetsAt === undefined ? '' : `, ${earlyText(reset - gone)} early`;
    return ['Gone by about ', { text: when, at: exhaustedAt }, `${early} at this pace.`];
  }
  return [`${countText(limit - used)} left. `, ...full];
}

function earlyText(ms: number): string {
  if (ms < DAY_MS) return durationText(ms);
  const days = Math.round(ms / DAY_MS);
  return days === 1 ? 'a day' : `${days} days`;
}

/** Describes what the limits of all callers are multiplied by while quotas run out; undefined for 1. */
export function factorText(factor: number): string | undefined {
  if (factor === 1) return undefined;
  const share = factor === 0.5 ? 'half' : factor === 0.1 ? 'a tenth' : `${Math.round(factor * 100)}\u00a0%`;
  return `All tiers are at ${share} of their limits while a quota runs low.`;
}

/**
 * Describes the days of a quota: "30 days; most on 20 Nov, 4,410". Days are counted here, some moments after the calls;
 * the used amount may be the provider's own.
 */
export function daysText({ days, used }: QuotaUse): string {
  const most = days.reduce<QuotaUse['days'][number] | undefined>(
    (top, day) => (top === undefined || day.count > top.count ? day : top),
    undefined,
  );
  const length = countedText(days.length, 'day');
  if (most === undefined || most.count === 0) return `${length}, ${used === 0 ? 'none used' : 'none counted here yet'}`;
  return `${length}; most on ${dayName(most.day)}, ${countText(most.count)}`;
}

/** Formats a day in UTC, by which use is counted. */
export function dayName(day: string): string {
  return dayText(Date.parse(day), 'UTC');
}
