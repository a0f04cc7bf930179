import type { Logger } from '@plantcommunity/telemetry';
import { latestReset, usedShare } from '../quotas/periods.ts';
import type { OnQuotaUpdate } from '../quotas/snapshot.ts';
import type { Counter, Period } from '../quotas/types.ts';
import type { ProviderName } from '../types.ts';

/** Returns the counters that operators are warned of. */
export function aboveWarnShare(warnAtShare: number, counters: readonly Counter[]): readonly Counter[] {
  return counters.filter((counter) => usedShare(counter) >= warnAtShare);
}

export function warningText(provider: ProviderName, counter: Counter): string {
  const { limit, period, used } = counter;
  const share = Math.floor(usedShare(counter) * 100);
  return `[QUOTA] ${provider} has used ${share}% of its ${period.window} (${used} of ${limit}${resetText([counter])})`;
}

function resetText(counters: readonly Counter[]): string {
  const at = latestReset(counters) ?? Number.POSITIVE_INFINITY;
  return at === Number.POSITIVE_INFINITY ? '' : `, until ${new Date(at).toISOString()}`;
}

/**
 * Logs the `[QUOTA]` warnings. While most of a quota is used, one process of all warns once per period, and in a period
 * longer than a day once a day (UTC). When all of a quota becomes used, each process warns once.
 * @param claimWarning returns whether this process is the one that warns for the period on that day (the day's id)
 */
export function createQuotaLog({
  claimWarning,
  logger,
  provider,
  warnAtShare,
}: {
  provider: ProviderName;
  /** Used share from which operators are warned. */
  warnAtShare: number;
  logger: Logger;
  claimWarning: (period: Period, day: string) => Promise<boolean>;
}): OnQuotaUpdate {
  const warned = new Set<string>();
  let wasExhausted = false;

  async function warn(counter: Counter, day: string): Promise<void> {
    const id = `${counter.period.id} ${day}`;
    if (warned.has(id)) return;
    warned.add(id);
    try {
      if (await claimWarning(counter.period, day)) logger.warn(warningText(provider, counter));
    } catch {
      // Redis is unavailable: try again with the next update.
      warned.delete(id);
    }
  }

  return (counters, exhausted) => {
    const day = counters.find(({ period }) => period.window === 'day')?.period.id ?? '';
    for (const counter of aboveWarnShare(warnAtShare, counters)) void warn(counter, day);
    const isExhausted = exhausted.length > 0;
    if (isExhausted && !wasExhausted) {
      logger.warn(`[QUOTA] ${provider} is not called: its quota is used up${resetText(exhausted)}`);
    }
    wasExhausted = isExhausted;
  };
}
