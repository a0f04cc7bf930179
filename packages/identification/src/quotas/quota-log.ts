import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderName } from '../provider.ts';
import { type Counter, resetOf, shareOf } from './counter.ts';
import type { Period } from './period.ts';

/** From which share on operators are warned. Pl@ntNet's day is free, and meant to be used. */
const WARN_FROM: Readonly<Record<ProviderName, number>> = { plant_id: 0.8, plantnet: 0.9 };

/** Those that operators are to be warned of. */
export function alarming(provider: ProviderName, counters: readonly Counter[]): readonly Counter[] {
  return counters.filter((counter) => shareOf(counter) >= WARN_FROM[provider]);
}

export function warning(provider: ProviderName, counter: Counter): string {
  const { limit, period, used } = counter;
  const share = Math.floor(shareOf(counter) * 100);
  return `[QUOTA] ${provider} has used ${share}% of its ${period.window} (${used} of ${limit}${resetText([counter])})`;
}

function resetText(counters: readonly Counter[]): string {
  const at = resetOf(counters) ?? Number.POSITIVE_INFINITY;
  return at === Number.POSITIVE_INFINITY ? '' : `, until ${new Date(at).toISOString()}`;
}

/** Writes the `[QUOTA]` warnings: that much is used, once a period over all processes, and that all is, once in each. */
export class QuotaLog {
  readonly #provider: ProviderName;
  readonly #logger: Logger;
  readonly #warns: (period: Period) => Promise<boolean>;
  readonly #done = new Set<string>();
  #isOut = false;

  /** @param warns whether it is this process that is to warn of that period */
  constructor(provider: ProviderName, logger: Logger, warns: (period: Period) => Promise<boolean>) {
    this.#provider = provider;
    this.#logger = logger;
    this.#warns = warns;
  }

  /** @param out those that are used up */
  look(counters: readonly Counter[], out: readonly Counter[]): void {
    for (const counter of alarming(this.#provider, counters)) void this.#warn(counter);
    if (out.length > 0 && !this.#isOut) {
      this.#logger.warn(`[QUOTA] ${this.#provider} is not asked: its quota is used up${resetText(out)}`);
    }
    this.#isOut = out.length > 0;
  }

  async #warn(counter: Counter): Promise<void> {
    const { id } = counter.period;
    if (this.#done.has(id)) return;
    this.#done.add(id);
    try {
      if (await this.#warns(counter.period)) this.#logger.warn(warning(this.#provider, counter));
    } catch {
      // Said as soon as it can be said once.
      this.#done.delete(id);
    }
  }
}
