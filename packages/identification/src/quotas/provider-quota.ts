import { randomUUID } from 'node:crypto';
import { type Clock, type Leases, type RedisConnection, RedisUnavailableError } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { IdentificationError } from '../errors.ts';
import type { ProviderName } from '../types.ts';
import { type DailyUsage, readRecentUsage } from './daily-usage.ts';
import { OfflineAllowance, PendingSettlements } from './offline.ts';
import { LocalQuota, type OnQuotaUpdate } from './snapshot.ts';
import type { QuotaStore } from './store.ts';
import type {
  Counter,
  DayUse,
  ExhaustedAnswer,
  Quota,
  QuotaLimits,
  QuotaProvider,
  QuotaState,
  QuotaWindow,
  Reservation,
  Settlement,
  UsageReport,
  UsageReporter,
} from './types.ts';
import { QuotaSync, UsageReconciler } from './usage-sync.ts';

/** A call has certainly ended this long after its own time limit. */
const OVERTIME_MS = 60_000;
/** Each attempt may lose to a usage report that was applied in between; after so many, decide without Redis. */
const MAX_ATTEMPTS = 10;

/** A provider was not called: its quota is used up. */
export class QuotaExhaustedError extends IdentificationError {
  override readonly name = 'QuotaExhaustedError';

  constructor(provider: ProviderName, retryAfterMs: number | undefined) {
    super('quota_exhausted', `The quota of ${provider} is used up`, { retryAfterMs });
  }
}

export interface ProviderQuotaOptions {
  provider: QuotaProvider;
  limits: QuotaLimits;
  /** Credits of a usual call: below this, the quota counts as exhausted in log and polling. */
  usualCredits: number;
  /** Time limit of one call. */
  timeoutMs: number;
  /** Returns what a failed call cost. */
  readonly settlementOf: (error: unknown) => Settlement;
  /** Returns the provider's answer if the call failed because no credits are left. */
  readonly exhaustedAnswerOf: (error: unknown) => ExhaustedAnswer | undefined;
  readonly onUpdate: OnQuotaUpdate;
  store: QuotaStore;
  leases: Leases;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  dailyUsage: DailyUsage;
  clock: Clock;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
}

/** A reservation, and the state right after it; undefined: it was made offline. */
interface Reserved {
  readonly reservation: Reservation;
  readonly state: QuotaState | undefined;
}

/**
 * Counts calls in Redis: a call is reserved there in all its periods at once, and settled when it ends. The snapshot
 * only refuses calls. Without Redis it also lets a few through, whose settlements are pending until Redis is back.
 */
export class ProviderQuota implements Quota {
  readonly #options: ProviderQuotaOptions;
  readonly #local: LocalQuota;
  readonly #offline = new OfflineAllowance();
  readonly #pending: PendingSettlements;
  readonly #reconciler: UsageReconciler;
  readonly #sync: QuotaSync;

  constructor(options: ProviderQuotaOptions) {
    const { clock, store } = options;
    this.#options = options;
    this.#local = new LocalQuota({ ...options, offline: this.#offline });
    this.#pending = new PendingSettlements({ store, offline: this.#offline, clock });
    this.#reconciler = new UsageReconciler({ ...options, local: this.#local });
    this.#sync = new QuotaSync({
      ...options,
      local: this.#local,
      pending: this.#pending,
      reconciler: this.#reconciler,
    });
  }

  shortage(credits: number): { retryAfterMs?: number } | undefined {
    const retryAfterMs = this.#local.waitMs(credits);
    if (retryAfterMs !== undefined) {
      this.#sync.refreshSoon();
      return { retryAfterMs };
    }
    // When Redis will be back, and with it more credits, is unknown.
    return this.#options.redis.isReady() || this.#local.canSpendOffline(credits) ? undefined : {};
  }

  counters(): readonly Counter[] {
    return this.#local.counters();
  }

  reportedAt(window: QuotaWindow): number | undefined {
    return this.#local.snapshot.reportedAt(window);
  }

  async usedOn(at: number): Promise<DayUse> {
    const { dailyUsage, provider } = this.#options;
    const used = await dailyUsage.readDay(provider.name, at);
    return {
      provider: provider.name,
      used,
      limit: this.counters().find(({ period }) => period.window === 'day')?.limit,
    };
  }

  async run<T>(credits: number, work: (reporter: UsageReporter) => Promise<T>): Promise<T> {
    const reserved = await this.#reserve(credits);
    let isUnbilled = false;
    let report: UsageReport | undefined;
    const reporter: UsageReporter = {
      markUnbilled: () => void (isUnbilled = true),
      reportUsage: (reported) => void (report = reported),
    };
    const end = async (settlement: Settlement) => {
      await this.#settle(reserved, isUnbilled ? 'released' : settlement);
      const { reservation, state } = reserved;
      if (report !== undefined && state !== undefined) {
        await this.#reconciler.applyPassive(report, { reservation, state });
      }
    };
    try {
      const value = await work(reporter);
      // Settle in the background: the caller gets its answer now.
      void end('counted');
      return value;
    } catch (error) {
      await end(this.#options.settlementOf(error));
      const answer = this.#options.exhaustedAnswerOf(error);
      if (answer !== undefined) {
        await this.#reconciler.applyExhausted(answer);
        this.#sync.pollAgain();
      }
      throw error;
    }
  }

  async start(): Promise<void> {
    const { clock, redis } = this.#options;
    // Without Redis, the database knows at least what was spent.
    if (!redis.isReady()) this.#local.snapshot.raise(await readRecentUsage(this.#options), clock.now());
    await this.#sync.start();
  }

  close(): void {
    this.#sync.close();
  }

  async #reserve(credits: number): Promise<Reserved> {
    const { clock, logger, provider, redis } = this.#options;
    const reservation = { id: randomUUID(), credits, at: clock.now() };
    let mayBeReserved = false;
    if (redis.isReady()) {
      try {
        const state = await this.#reserveShared(reservation);
        if (state !== undefined) return { reservation, state };
      } catch (error) {
        if (error instanceof QuotaExhaustedError) throw error;
        mayBeReserved = !(error instanceof RedisUnavailableError) || error.wasSent;
        logger.warn({ provider: provider.name, err: error }, '[QUOTA] Redis unavailable, counting locally');
      }
    }
    if (this.#local.waitMs(credits) !== undefined || !this.#local.canSpendOffline(credits)) {
      if (mayBeReserved) this.#pending.enqueue({ reservation, settlement: 'released', isOffline: true });
      throw this.#exhausted(credits);
    }
    this.#offline.add(reservation.at, credits);
    return { reservation, state: undefined };
  }

  /** @returns undefined after MAX_ATTEMPTS */
  async #reserveShared(reservation: Reservation): Promise<QuotaState | undefined> {
    const { store, timeoutMs } = this.#options;
    const { at, credits } = reservation;
    const { snapshot } = this.#local;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const limits = snapshot.counters(at).map(({ limit }) => limit);
      const expected = { revision: snapshot.revision, limits, endedAt: at + timeoutMs + OVERTIME_MS };
      const { state, type } = await store.reserve(reservation, expected);
      this.#local.update(state);
      switch (type) {
        case 'reserved':
          return state;
        case 'refused':
          throw this.#exhausted(credits);
        case 'uninitialized':
          await this.#initialize(at);
          break;
        case 'stale_revision':
          break;
      }
    }
    return undefined;
  }

  /**
   * Initializes the counters, in the periods of `at`, that Redis does not have and no usage report has initialized.
   * After a loss of data they start with what the database or the snapshot knows; calls in flight add themselves when
   * they end.
   */
  async #initialize(at: number): Promise<void> {
    const { snapshot } = this.#local;
    const { isLost } = snapshot;
    const settled = snapshot.settled(at);
    const recent = await readRecentUsage(this.#options);
    const used = snapshot
      .counters(at)
      .map(({ period }, index) => Math.max(settled[index] ?? 0, recent[period.window] ?? 0));
    this.#local.update(await this.#options.store.initialize(at, used));
    if (isLost) this.#sync.pollAgain();
  }

  async #settle({ reservation, state }: Reserved, settlement: Settlement): Promise<void> {
    const { dailyUsage, provider } = this.#options;
    const { at, credits } = reservation;
    const isOffline = state === undefined;
    if (settlement !== 'released') dailyUsage.add(provider.name, at, credits);
    else if (isOffline) this.#offline.add(at, -credits);
    const settled = await this.#pending.settle({ reservation, settlement, isOffline });
    if (settled !== undefined) this.#local.update(settled);
  }

  #exhausted(credits: number): QuotaExhaustedError {
    return new QuotaExhaustedError(this.#options.provider.name, this.shortage(credits)?.retryAfterMs);
  }
}
