import {
  type Cancel,
  type Clock,
  type Leases,
  LeaseTimeoutError,
  type RedisConnection,
  RedisUnavailableError,
  type Unsubscribe,
  waitFor,
} from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { PendingSettlements } from './offline.ts';
import { certainReport } from './periods.ts';
import { type LocalQuota, POLL_RETRY_MS } from './snapshot.ts';
import type { QuotaStore } from './store.ts';
import type { ExhaustedAnswer, QuotaProvider, QuotaState, Reservation, UsageReport } from './types.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Interval of usage requests while the cost of some calls is unknown: only the provider's count can settle it. */
const OVERDUE_POLL_MS = 60_000;
/** Longer than a usage request takes; the process that polls may die. */
const POLL_LEASE_MS = 30_000;
/** Interval at which an idle process reads what the others have spent. */
const REFRESH_EVERY_MS = 30_000;
/** Minimum interval of the reads that refused calls cause. */
const MIN_REFRESH_MS = 5_000;
/** Age up to which the usage report of another process suffices. */
const RECENT_POLL_MS = 60_000;
/** Maximum time that a start waits for the first usage report. */
const START_WAIT_MS = 2_000;

/** A refusal without Retry-After lasts this long; one with it is clamped to a second and a day (402: 31 days). */
const DEFAULT_REFUSAL_MS = 60_000;
const REFUSAL_MS = { least: 1_000, most: DAY_MS, mostUnpaid: 31 * DAY_MS };
/** Pause when the provider says that it refuses, but its numbers do not explain it: until after the next poll. */
const UNEXPLAINED_REFUSAL_MS = 2 * POLL_RETRY_MS;
/** A usage report this soon after a refusal does not end it: it may still show credits. As in RECONCILE. */
const REPORT_LAG_MS = 60_000;

export interface LastPoll {
  /** Time of the last usage report, in epoch milliseconds; 0: never. */
  readonly polledAt: number;
  /** Time of the last request, even if it failed. */
  readonly triedAt: number;
  /** No credits are left. */
  readonly isExhausted: boolean;
  /** Calls have certainly ended since the last usage report, and their cost is unknown. */
  readonly hasOverdueCalls: boolean;
}

/** Whether a usage request to the provider is due. */
export function isPollDue(now: number, last: LastPoll): boolean {
  if (last.hasOverdueCalls && now - last.triedAt >= OVERDUE_POLL_MS) return true;
  const intervalMs = last.isExhausted ? POLL_RETRY_MS : HOUR_MS;
  return now - last.polledAt >= intervalMs && now - last.triedAt >= POLL_RETRY_MS;
}

interface UsageReconcilerParts {
  provider: Pick<QuotaProvider, 'name'>;
  store: QuotaStore;
  local: LocalQuota;
  clock: Clock;
  logger: Logger;
}

/** Applies usage reports and refusals of the provider to the shared counters. */
export class UsageReconciler {
  readonly #parts: UsageReconcilerParts;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: UsageReconcilerParts) {
    this.#parts = parts;
  }

  /**
   * Applies a report that was polled for.
   * @param polled time of the request, and the state before it; undefined: Redis is unavailable, and the report stays
   * local
   * @throws when Redis does not answer
   */
  async applyActive(report: UsageReport, polled: { at: number; state: QuotaState | undefined }): Promise<void> {
    const { clock, local, store } = this.#parts;
    const { at, state } = polled;
    const now = clock.now();
    const certain = certainReport(report, at, now);
    const isUnexplained = report.exhausted && !local.snapshot.explainsExhaustion(report);
    const refusedUntil = isUnexplained ? now + UNEXPLAINED_REFUSAL_MS : 0;
    if (state === undefined) {
      const kept = at - this.#refusedAt < REPORT_LAG_MS ? local.snapshot.refusedUntil : 0;
      return local.snapshot.applyReport(certain, at, Math.max(refusedUntil, kept));
    }
    const corrected = await store.reconcile(certain, { at, state, isActive: true }, { now, refusedUntil });
    if (corrected !== undefined) local.update(corrected);
  }

  /** Applies a report that came with the answer of a call, if it says more than the snapshot. Never throws. */
  async applyPassive(
    report: UsageReport,
    { reservation, state }: { reservation: Reservation; state: QuotaState },
  ): Promise<void> {
    const { clock, local, logger, provider, store } = this.#parts;
    const now = clock.now();
    const certain = certainReport(report, reservation.at, now);
    if (!local.snapshot.isChangedBy(certain, now)) return;
    // The provider has counted this call.
    const before = { ...state, inFlight: state.inFlight - reservation.credits };
    const origin = { at: reservation.at, state: before, isActive: false };
    try {
      const corrected = await store.reconcile(certain, origin, { now, refusedUntil: 0 });
      if (corrected !== undefined) local.update(corrected);
    } catch (error) {
      logger.debug({ provider: provider.name, err: error }, '[QUOTA] Could not apply the usage report of an answer');
    }
  }

  /** Applies that the provider refused a call: no credits are left, even if the counters differ. Never throws. */
  async applyExhausted({ retryAfterMs = DEFAULT_REFUSAL_MS, status }: ExhaustedAnswer): Promise<void> {
    const { clock, local, logger, provider, store } = this.#parts;
    const now = clock.now();
    this.#refusedAt = now;
    const most = status === 402 ? REFUSAL_MS.mostUnpaid : REFUSAL_MS.most;
    const until = now + Math.min(Math.max(retryAfterMs, REFUSAL_MS.least), most);
    local.snapshot.refusedUntil = Math.max(local.snapshot.refusedUntil, until);
    try {
      local.update(await store.markExhausted(now, until));
    } catch (error) {
      logger.debug({ provider: provider.name, err: error }, '[QUOTA] Could not share that the provider refuses calls');
    }
  }
}

interface UsagePollerParts extends UsageReconcilerParts {
  provider: QuotaProvider;
  leases: Leases;
  reconciler: UsageReconciler;
  /** Aborts when the process ends. */
  closing: AbortSignal;
}

/** Polls the provider for its usage report, in one process for all. */
class UsagePoller {
  readonly #parts: UsagePollerParts;
  #polling: Promise<void> | undefined;
  #triedAt = 0;

  constructor(parts: UsagePollerParts) {
    this.#parts = parts;
  }

  /** @param last as this process knows it */
  async pollWhenDue(last: Omit<LastPoll, 'triedAt'>): Promise<void> {
    const now = this.#parts.clock.now();
    if (isPollDue(now, { ...last, triedAt: this.#triedAt })) await this.poll(last.polledAt);
  }

  /** Polls unless there is a usage report that was requested after `since` (epoch milliseconds). Never throws. */
  async poll(since: number): Promise<void> {
    this.#polling ??= this.#pollUnderLease(since).finally(() => {
      this.#polling = undefined;
    });
    await this.#polling;
  }

  async #pollUnderLease(since: number): Promise<void> {
    const { clock, leases, local, provider, store } = this.#parts;
    this.#triedAt = clock.now();
    try {
      await leases.withLease(provider.name, { ttlMs: POLL_LEASE_MS, waitMs: 0 }, async () => {
        const at = clock.now();
        const state = local.update(await store.read(at));
        if (state.polledAt <= since) await this.#fetchAndApply(at, state);
      });
    } catch (error) {
      // Another process polls.
      if (error instanceof LeaseTimeoutError) return;
      if (error instanceof RedisUnavailableError) await this.#pollOffline();
      else this.#logFailure(error);
    }
  }

  async #pollOffline(): Promise<void> {
    try {
      await this.#fetchAndApply(this.#parts.clock.now(), undefined);
    } catch (error) {
      this.#logFailure(error);
    }
  }

  #logFailure(error: unknown): void {
    const { closing, logger, provider } = this.#parts;
    if (closing.aborted) return;
    logger.warn({ provider: provider.name, err: error }, '[QUOTA] Could not fetch the usage report');
  }

  async #fetchAndApply(at: number, state: QuotaState | undefined): Promise<void> {
    const { closing, provider, reconciler } = this.#parts;
    await reconciler.applyActive(await provider.usage(closing), { at, state });
  }
}

export interface QuotaSyncParts extends UsagePollerParts {
  pending: PendingSettlements;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
}

/** Keeps the snapshot of this process and the provider's usage report up to date. */
export class QuotaSync {
  readonly #parts: QuotaSyncParts;
  readonly #poller: UsagePoller;
  readonly #unsubscribe: Unsubscribe;
  #cancel: Cancel = () => undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #isStarted = false;

  constructor(parts: QuotaSyncParts) {
    this.#parts = parts;
    this.#poller = new UsagePoller(parts);
    this.#unsubscribe = parts.redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#resync();
    });
  }

  /** Resolves after the first poll, or after START_WAIT_MS. */
  async start(): Promise<void> {
    const { clock } = this.#parts;
    this.#isStarted = true;
    this.#schedule();
    await waitFor(this.#pollUnlessWithin(RECENT_POLL_MS), { clock, timeoutMs: START_WAIT_MS });
  }

  close(): void {
    this.#isStarted = false;
    this.#cancel();
    this.#unsubscribe();
  }

  /** Reads the state again after a refusal: another process may have released credits. */
  refreshSoon(): void {
    const { clock, redis } = this.#parts;
    if (redis.isReady() && clock.monotonic() - this.#refreshedAt >= MIN_REFRESH_MS) void this.#refresh();
  }

  /** Polls at once: earlier usage reports no longer hold. */
  pollAgain(): void {
    if (this.#isStarted) void this.#pollUnlessWithin(0);
  }

  /** Polls unless the last usage report is at most `ageMs` old. */
  #pollUnlessWithin(ageMs: number): Promise<void> {
    return this.#poller.poll(this.#parts.clock.now() - ageMs);
  }

  async #refresh(): Promise<void> {
    const { clock, local, store } = this.#parts;
    this.#refreshedAt = clock.monotonic();
    try {
      local.update(await store.read(clock.now()));
    } catch {
      // The last snapshot holds.
    }
  }

  #schedule(): void {
    if (this.#isStarted) this.#cancel = this.#parts.clock.setTimeout(() => void this.#tick(), REFRESH_EVERY_MS);
  }

  async #tick(): Promise<void> {
    const { local, pending } = this.#parts;
    // Settlements that Redis refused while it was connected.
    await pending.flush();
    await this.#refresh();
    this.#schedule();
    const { polledAt } = local.snapshot;
    const isExhausted = local.isExhausted();
    await this.#poller.pollWhenDue({ polledAt, isExhausted, hasOverdueCalls: await this.#hasOverdueCalls() });
  }

  /**
   * Whether calls that hung, or whose process died, have certainly ended: the provider's count then includes their cost.
   */
  async #hasOverdueCalls(): Promise<boolean> {
    const { clock, store } = this.#parts;
    try {
      return (await store.overdueCredits(clock.now())) > 0;
    } catch {
      return false;
    }
  }

  /** Redis is back, perhaps without its data. */
  async #resync(): Promise<void> {
    await this.#parts.pending.flush();
    if (!this.#isStarted) return;
    await this.#refresh();
    await this.#pollUnlessWithin(RECENT_POLL_MS);
  }
}
