import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { QuotaLog } from '../observability/quota-log.ts';
import type { ProviderName } from '../types.ts';
import { type Counter, exhausted, latestReset } from './counter.ts';
import { usualCredits } from './credits.ts';
import type { OfflineAllowance } from './offline-allowance.ts';
import { POLL_RETRY_MS } from './poll-due.ts';
import { QuotaSnapshot } from './snapshot.ts';
import type { QuotaState, QuotaStore } from './store.ts';
import type { QuotaLimits } from './types.ts';

/** How this process sees a provider's quota; what there is to say of it is written to the log. */
export class LocalQuota {
  readonly snapshot: QuotaSnapshot;
  readonly #provider: ProviderName;
  readonly #offline: OfflineAllowance;
  readonly #clock: Clock;
  readonly #log: QuotaLog;

  constructor(parts: {
    provider: ProviderName;
    limits: QuotaLimits;
    alone: OfflineAllowance;
    store: QuotaStore;
    clock: Clock;
    logger: Logger;
  }) {
    const { clock, limits, logger, provider, store } = parts;
    this.#offline = parts.alone;
    this.snapshot = new QuotaSnapshot(limits);
    this.#provider = provider;
    this.#clock = clock;
    this.#log = new QuotaLog(provider, logger, (period) => store.claimWarning(period));
  }

  update(standing: QuotaState): QuotaState {
    this.snapshot.update(standing);
    this.#log.update(this.counters(), this.#exhausted(usualCredits(this.#provider)));
    return standing;
  }

  /** As last seen, and what was spent alone since. */
  counters(): readonly Counter[] {
    return this.snapshot.counters(this.#clock.now()).map((counter) => {
      return { ...counter, used: counter.used + this.#offline.spentIn(counter.period) };
    });
  }

  /** Whether this process may spend so many credits without Redis. */
  canSpendOffline(credits: number): boolean {
    return this.#offline.exhausted(this.snapshot.counters(this.#clock.now()), credits).length === 0;
  }

  /** Until so many credits may be spent again, by the provider's refusal and by our count; undefined when they may now. */
  waitMs(credits: number): number | undefined {
    const now = this.#clock.now();
    const resetsAt = latestReset(this.#exhausted(credits));
    // Nobody knows; the provider is asked soon.
    const hasRoomAt = resetsAt === Number.POSITIVE_INFINITY ? now + POLL_RETRY_MS : resetsAt;
    const again = Math.max(this.snapshot.refusedUntil, hasRoomAt ?? 0) - now;
    return again > 0 ? again : undefined;
  }

  /** Without room for what people mostly ask for. */
  isExhausted(): boolean {
    return this.waitMs(usualCredits(this.#provider)) !== undefined;
  }

  #exhausted(credits: number): readonly Counter[] {
    return exhausted(this.counters(), credits);
  }
}
