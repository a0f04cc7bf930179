import { type QuotaWord, type WindowWord, windowWord } from '../../quotas/quota-word.ts';
import type { PlantIdUsage } from './response.ts';

/** What `usage_info` says, in credits. */
export function quotaWord({ can_use_credits, credit_limits, remaining, used }: PlantIdUsage): QuotaWord {
  const of = (window: 'day' | 'week' | 'month' | 'total'): WindowWord =>
    windowWord({ limit: credit_limits?.[window], used: used?.[window], left: remaining?.[window] });
  const windows = { day: of('day'), week: of('week'), month: of('month'), total: of('total') };
  return { windows, exhausted: can_use_credits?.value === false };
}
