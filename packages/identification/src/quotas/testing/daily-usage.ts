import type { ProviderName } from '../../types.ts';
import type { DailyUsage } from '../daily-usage.ts';
import { firstDayOf } from '../periods.ts';

/** Creates a daily usage for one process; tests add usage of other processes to `rows`. */
export function dailyUsageInMemory(): DailyUsage & {
  readonly rows: { provider: ProviderName; at: number; credits: number }[];
} {
  const rows: { provider: ProviderName; at: number; credits: number }[] = [];
  return {
    rows,
    add: (provider, at, credits) => void rows.push({ provider, at, credits }),
    async read(provider, now) {
      const since = (window: 'day' | 'week' | 'month') =>
        rows
          .filter((row) => row.provider === provider && row.at >= firstDayOf(window, now).getTime())
          .reduce((sum, { credits }) => sum + credits, 0);
      return { day: since('day'), week: since('week'), month: since('month') };
    },
    async readDay(provider, at) {
      const day = firstDayOf('day', at).getTime();
      return rows
        .filter((row) => row.provider === provider && firstDayOf('day', row.at).getTime() === day)
        .reduce((sum, { credits }) => sum + credits, 0);
    },
  };
}
