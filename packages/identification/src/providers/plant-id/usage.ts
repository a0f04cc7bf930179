import type { UsageReport, WindowUsage } from '../../quotas/types.ts';
import { windowUsage } from '../usage-report.ts';
import type { PlantIdUsage } from './response.ts';

/** What `usage_info` says, in credits. */
export function quotaWord({ can_use_credits, credit_limits, remaining, used }: PlantIdUsage): UsageReport {
  const of = (window: 'day' | 'week' | 'month' | 'total'): WindowUsage =>
    windowUsage({ limit: credit_limits?.[window], used: used?.[window], left: remaining?.[window] });
  const windows = { day: of('day'), week: of('week'), month: of('month'), total: of('total') };
  return { windows, exhausted: can_use_credits?.value === false };
}
