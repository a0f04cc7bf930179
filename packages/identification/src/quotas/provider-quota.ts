import { randomUUID } from 'node:crypto';
import { type Clock, type Leases, type RedisConnection, RedisUnavailableError } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { UsageReport } from '../providers/usage-report.ts';
import { type ProviderClient, ProviderError } from '../types.ts';
import { type Settlement, settlementOf } from './call-verdict.ts';
import type { Counter } from './counter.ts';
import type { DailyUsage } from './daily-usage.ts';
import { LocalQuota } from './local-quota.ts';
import { OfflineAllowance } from './offline-allowance.ts';
import { PendingSettlements } from './pending-settlements.ts';
import { QuotaExhaustedError } from './quota-exhausted.ts';
import { readRecentUsage } from './recent-usage.ts';
import type { QuotaState, QuotaStore, Reservation } from './store.ts';
import type { Quota, QuotaLimits, UsageReporter } from './types.ts';
import { UsagePoller } from './usage-poller.ts';
import { UsageReconciler } from './usage-reconciler.ts';
import { QuotaSync } from './usage-sync.ts';

/** A call is over for certain so long after its own time limit. */
const OVERTIME_MS = 60_000;
/** Each try loses to a word that was taken over in between: after so many, Redis is of no help. */
const MAX_ATTEMPTS = 10;

export interface ProviderQuotaOptions {
  provider: Pick<ProviderClient, 'name' | 'usage'>;
  limits: QuotaLimits;
  /** Of one call. */
  timeoutMs: number;
  store: QuotaStore;
  leases: Leases;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  dailyUsage: DailyUsage;
  clock: Clock;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
}

/** `standing`: of the moment after it was reserved; undefined: alone, without Redis. */
interface ActiveReservation {
  readonly claim: Reservation;
  readonly standing: QuotaState | undefined;
}

/**
 * Redis decides: a call is reserved there in all its periods at once, and settled when it ends. What this process has
 * seen last only refuses; without Redis it also lets a little through, which is owed to Redis until it is back.
 */
export class ProviderQuota implements Quota {
  readonly #options: ProviderQuotaOptions;
  readonly #local: LocalQuota;
  readonly #offline = new OfflineAllowance();
  readonly #pending: PendingSettlements;
  readonly #reconciler: UsageReconciler;
  readonly #sync: QuotaSync;

  constructor(options: ProviderQuotaOptions) {
    const { clock, provider, store } = options;
    this.#options = options;
    this.#local = new LocalQuota({ ...options, alone: this.#offline, provider: provider.name });
    this.#pending = new PendingSettlements({ store, alone: this.#offline, clock });
    this.#reconciler = new UsageReconciler({ ...options, provider: provider.name, local: this.#local });
    const asker = new UsagePoller({
      ...options,
      readState: async (at) => this.#local.update(await store.read(at)),
      applyReport: (word, asked) => this.#reconciler.applyActive(word, asked),
    });
    this.#sync = new QuotaSync({ ...options, poller: asker, local: this.#local, pending: this.#pending });
  }

  shortage(credits: number): { retryAfterMs?: number } | undefined {
    const retryAfterMs = this.#local.waitMs(credits);
    if (retryAfterMs !== undefined) {
      this.#sync.refreshSoon();
      return { retryAfterMs };
    }
    // What may be spent without Redis comes back with Redis, and nobody knows when.
    return this.#options.redis.isReady() || this.#local.canSpendOffline(credits) ? undefined : {};
  }

  counters(): readonly Counter[] {
    return this.#local.counters();
  }

  async run<T>(credits: number, work: (meter: UsageReporter) => Promise<T>): Promise<T> {
    const reservation = await this.#reserve(credits);
    let isFree = false;
    let said: UsageReport | undefined;
    const meter: UsageReporter = {
      markUnbilled: () => void (isFree = true),
      reportUsage: (word) => void (said = word),
    };
    const end = async (verdict: Settlement) => {
      await this.#settle(reservation, isFree ? 'released' : verdict);
      const { claim, standing } = reservation;
      if (said !== undefined && standing !== undefined) await this.#reconciler.applyPassive(said, { claim, standing });
    };
    try {
      const value = await work(meter);
      // Whoever waits for the answer does not wait for this.
      void end('counted');
      return value;
    } catch (error) {
      await end(settlementOf(this.#options.provider.name, error));
      if (error instanceof ProviderError && error.type === 'quota') {
        await this.#reconciler.applyExhausted(error);
        this.#sync.pollAgain();
      }
      throw error;
    }
  }

  async start(): Promise<void> {
    const { clock, redis } = this.#options;
    // What Redis would have told.
    if (!redis.isReady()) this.#local.snapshot.raise(await readRecentUsage(this.#options), clock.now());
    await this.#sync.start();
  }

  close(): void {
    this.#sync.close();
  }

  async #reserve(credits: number): Promise<ActiveReservation> {
    const { clock, logger, provider, redis } = this.#options;
    const claim = { id: randomUUID(), credits, at: clock.now() };
    let mayBeTaken = false;
    if (redis.isReady()) {
      try {
        const standing = await this.#reserveShared(claim);
        if (standing !== undefined) return { claim, standing };
      } catch (error) {
        if (error instanceof QuotaExhaustedError) throw error;
        mayBeTaken = !(error instanceof RedisUnavailableError) || error.wasSent;
        logger.warn({ provider: provider.name, err: error }, '[QUOTA] Redis does not count: going on alone');
      }
    }
    if (this.#local.waitMs(credits) !== undefined || !this.#local.canSpendOffline(credits)) {
      if (mayBeTaken) this.#pending.enqueue({ reservation: claim, settlement: 'released', isOffline: true });
      throw this.#exhausted(credits);
    }
    this.#offline.add(claim.at, credits);
    return { claim, standing: undefined };
  }

  /** @returns undefined when Redis cannot make up its mind */
  async #reserveShared(claim: Reservation): Promise<QuotaState | undefined> {
    const { store, timeoutMs } = this.#options;
    for (let tries = 0; tries < MAX_ATTEMPTS; tries += 1) {
      const limits = this.#local.snapshot.counters(claim.at).map(({ limit }) => limit);
      const overAt = claim.at + timeoutMs + OVERTIME_MS;
      const { type: got, state: standing } = await store.reserve(claim, {
        word: this.#local.snapshot.revision,
        limits,
        overAt,
      });
      this.#local.update(standing);
      switch (got) {
        case 'reserved':
          return standing;
        case 'refused':
          throw this.#exhausted(claim.credits);
        case 'uninitialized':
          await this.#initialize(claim.at);
          break;
        case 'stale_revision':
          break;
      }
    }
    return undefined;
  }

  /**
   * Begins the counters of the periods of `at` that Redis does not have, and of which the provider has not told. Where
   * it has lost them, they begin with what is in the database or was seen here: calls that are out add themselves when
   * they end.
   */
  async #initialize(at: number): Promise<void> {
    const { snapshot: seen } = this.#local;
    const { isLost } = seen;
    const settled = seen.settled(at);
    const rows = await readRecentUsage(this.#options);
    const used = seen.counters(at).map(({ period }, index) => Math.max(settled[index] ?? 0, rows[period.window] ?? 0));
    this.#local.update(await this.#options.store.initialize(at, used));
    if (isLost) this.#sync.pollAgain();
  }

  async #settle({ claim, standing }: ActiveReservation, verdict: Settlement): Promise<void> {
    const { provider, dailyUsage: dailyUsage } = this.#options;
    const isAlone = standing === undefined;
    if (verdict !== 'released') dailyUsage.add(provider.name, claim.at, claim.credits);
    else if (isAlone) this.#offline.add(claim.at, -claim.credits);
    const settled = await this.#pending.settle({ reservation: claim, settlement: verdict, isOffline: isAlone });
    if (settled !== undefined) this.#local.update(settled);
  }

  #exhausted(credits: number): QuotaExhaustedError {
    return new QuotaExhaustedError(this.#options.provider.name, this.shortage(credits)?.retryAfterMs);
  }
}
