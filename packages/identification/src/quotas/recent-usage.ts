import type { Clock } from '@plantcommunity/resilience';
import type { ProviderClient } from '../types.ts';
import type { DailyUsage } from './daily-usage.ts';
import type { QuotaWindow } from './periods.ts';

/** A call waits no longer for the database. */
const PATIENCE_MS = 1_000;

/** What was spent by what the database says, if it says so in time: nothing is known of windows that are left out. */
export async function readRecentUsage(parts: {
  provider: Pick<ProviderClient, 'name'>;
  dailyUsage: DailyUsage;
  clock: Clock;
}): Promise<Readonly<Partial<Record<QuotaWindow, number>>>> {
  const { clock, provider, dailyUsage } = parts;
  const patience = Promise.withResolvers<Readonly<Partial<Record<QuotaWindow, number>>>>();
  const cancel = clock.setTimeout(() => patience.resolve({}), PATIENCE_MS);
  try {
    return await Promise.race([dailyUsage.read(provider.name, clock.now()), patience.promise]);
  } catch {
    return {};
  } finally {
    cancel();
  }
}
