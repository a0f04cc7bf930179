import type { Logger } from '@plantcommunity/telemetry';
import { type Counter, latestReset, usedShare } from '../quotas/counter.ts';
import type { Period } from '../quotas/periods.ts';
import type { ProviderName } from '../types.ts';

/** From which share on operators are warned. Pl@ntNet's day is free, and meant to be used. */
const WARN_FROM: Readonly<Record<ProviderName, number>> = { plant_id: 0.8, plantnet: 0.9 };

/** Those that operators are to be warned of. */
export function aboveWarnShare(provider: ProviderName, counters: readonly Counter[]): readonly Counter[] {
  return counters.filter((counter) => usedShare(counter) >= WARN_FROM[provider]);
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

/** Writes the `[QUOTA]` warnings: that much is used, once a period over all processes, and that all is, once in each. */
export class QuotaLog {
  readonly #provider: ProviderName;
  readonly #logger: Logger;
  readonly #claimWarning: (period: Period) => Promise<boolean>;
  readonly #warned = new Set<string>();
  #isExhausted = false;

  /** @param warns whether it is this process that is to warn of that period */
  constructor(provider: ProviderName, logger: Logger, warns: (period: Period) => Promise<boolean>) {
    this.#provider = provider;
    this.#logger = logger;
    this.#claimWarning = warns;
  }

  /** @param out those that are used up */
  update(counters: readonly Counter[], out: readonly Counter[]): void {
    for (const counter of aboveWarnShare(this.#provider, counters)) void this.#warn(counter);
    if (out.length > 0 && !this.#isExhausted) {
      this.#logger.warn(`[QUOTA] ${this.#provider} is not asked: its quota is used up${resetText(out)}`);
    }
    this.#isExhausted = out.length > 0;
  }

  async #warn(counter: Counter): Promise<void> {
    const { id } = counter.period;
    if (this.#warned.has(id)) return;
    this.#warned.add(id);
    try {
      if (await this.#claimWarning(counter.period)) this.#logger.warn(warningText(this.#provider, counter));
    } catch {
      // Said as soon as it can be said once.
      this.#warned.delete(id);
    }
  }
}
