import { untilTime } from '../../lib/format/time.ts';
import type { Me } from '../../lib/wire.ts';

export interface UsageText {
  /** "63 of 100 left", "398 of 400 credits left". */
  left: string;
  /** "full again at 15:40"; undefined when nothing is used, or while the time zone is unknown. */
  again: string | undefined;
  /** Remaining share, from 0 to 1. */
  share: number;
}

type Credits = NonNullable<Me['usage']['credits']>[number];

/** Returns the daily share with the fewest credits left; of equal shares the first, the account's own. */
export function scarcestCredits(credits: readonly Credits[] = []): Credits | undefined {
  return credits.toSorted((one, other) => one.remaining - other.remaining)[0];
}

/** Describes a usage in words, with times in `timeZone`. `now`: epoch milliseconds; `unit`: name of what is counted. */
export function usageText(
  { limit, remaining, reset_at: resetAt }: Pick<Me['usage'], 'limit' | 'remaining' | 'reset_at'>,
  now: number,
  timeZone: string | undefined,
  unit = '',
): UsageText {
  const number = (value: number) => value.toLocaleString('en-GB');
  const used = remaining < limit && timeZone !== undefined;
  return {
    left: `${number(remaining)} of ${number(limit)}${unit === '' ? '' : ` ${unit}`} left`,
    again: used ? `full again at ${untilTime(Date.parse(resetAt), now, timeZone)}` : undefined,
    share: limit === 0 ? 0 : remaining / limit,
  };
}
