import type { Me } from '../wire.ts';
import { untilTime } from '../words/time-words.ts';

export interface UsageWords {
  /** "63 of 100 left". */
  left: string;
  /** "full again at 15:40"; undefined when nothing is used, or nobody's clock is known yet. */
  again: string | undefined;
  /** Of what there is, from 0 to 1. */
  share: number;
}

/** What a use is called by a clock in `timeZone`; `now` is epoch milliseconds. */
export function usageWords(
  { limit, remaining, reset_at: resetAt }: Me['usage'],
  now: number,
  timeZone: string | undefined,
): UsageWords {
  const number = (value: number) => value.toLocaleString('en-GB');
  const used = remaining < limit && timeZone !== undefined;
  return {
    left: `${number(remaining)} of ${number(limit)} left`,
    again: used ? `full again at ${untilTime(Date.parse(resetAt), now, timeZone)}` : undefined,
    share: limit === 0 ? 0 : remaining / limit,
  };
}
