import type { Clock } from '@plantcommunity/resilience';
import type { Provider } from '../provider.ts';
import type { QuotaWindow } from './period.ts';
import type { UsePerDay } from './use-per-day.ts';

/** A call waits no longer for the database. */
const PATIENCE_MS = 1_000;

/** What was spent by what the database says, if it says so in time: nothing is known of windows that are left out. */
export async function recentUse(parts: {
  provider: Pick<Provider, 'name'>;
  usePerDay: UsePerDay;
  clock: Clock;
}): Promise<Readonly<Partial<Record<QuotaWindow, number>>>> {
  const { clock, provider, usePerDay } = parts;
  const patience = Promise.withResolvers<Readonly<Partial<Record<QuotaWindow, number>>>>();
  const cancel = clock.setTimeout(() => patience.resolve({}), PATIENCE_MS);
  try {
    return await Promise.race([usePerDay.read(provider.name, clock.now()), patience.promise]);
  } catch {
    return {};
  } finally {
    cancel();
  }
}
