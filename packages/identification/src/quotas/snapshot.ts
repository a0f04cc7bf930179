import type { Clock } from '@plantcommunity/resilience';
import type { OfflineAllowance } from './offline.ts';
import { effectiveLimit, exhausted, latestReset, periodsOf } from './periods.ts';
import {
  type Counter,
  type Period,
  type QuotaLimits,
  type QuotaState,
  type QuotaWindow,
  type UsageReport,
  WINDOWS,
} from './types.ts';

/** Interval of usage requests while no credits are left, so that bought credits are seen soon, and after a failed one. */
export const POLL_RETRY_MS = 5 * 60_000;

interface SnapshotWindow {
  readonly period: Period;
  readonly used: number;
  /** The part of `used` that ended calls have spent. */
  readonly settled: number;
  /** The provider's limit. */
  readonly limit: number | undefined;
}

/** What this process last read of a provider's quota. */
export class QuotaSnapshot {
  readonly #ownLimits: Readonly<Partial<Record<QuotaWindow, number | undefined>>>;
  readonly #windows = new Map<QuotaWindow, SnapshotWindow>();
  #order = 0;
  /** As in Redis. */
  revision = 0;
  polledAt = 0;
  refusedUntil = 0;
  /** Redis has lost data that this process had read there. */
  isLost = false;

  constructor({ dailyLimit, hourlyLimit, monthlyLimit }: QuotaLimits) {
    this.#ownLimits = { hour: hourlyLimit, day: dailyLimit, month: monthlyLimit };
  }

  /** Takes over the state of Redis. Keeps the usage of uninitialized counters, and limits that Redis has lost. */
  update({ inFlight, order, polledAt, refusedUntil, revision, windows }: QuotaState): void {
    // Replies of concurrent commands may be processed in another order.
    if (order < this.#order) return;
    this.#order = order;
    for (const { isInitialized, limit, period, used } of windows) {
      const before = this.#windows.get(period.window);
      if (before !== undefined && before.period.endsAt > period.endsAt) continue;
      const kept = before?.period.id === period.id ? before : { used: 0, settled: 0 };
      this.#windows.set(period.window, {
        period,
        used: isInitialized ? used : Math.max(used, kept.used),
        settled: isInitialized ? used - inFlight : kept.settled,
        limit: limit ?? (polledAt === 0 ? before?.limit : undefined),
      });
    }
    this.revision = revision;
    this.refusedUntil = refusedUntil;
    this.isLost = polledAt === 0 && this.polledAt > 0;
    if (polledAt > 0) this.polledAt = polledAt;
  }

  /** Raises the usage of each window to what was spent at least, as known without Redis. */
  raise(used: Readonly<Partial<Record<QuotaWindow, number>>>, now: number): void {
    for (const seen of this.#current(now)) {
      const atLeast = used[seen.period.window] ?? 0;
      this.#windows.set(seen.period.window, {
        ...seen,
        used: Math.max(seen.used, atLeast),
        settled: Math.max(seen.settled, atLeast),
      });
    }
  }

  /** Takes over a usage report that this process got while Redis is unavailable. */
  applyReport({ windows }: UsageReport, now: number, refusedUntil: number): void {
    for (const seen of this.#current(now)) {
      const reported = windows[seen.period.window];
      if (reported === undefined) continue;
      const used = reported.used ?? seen.used;
      this.#windows.set(seen.period.window, { ...seen, used, settled: used, limit: reported.limit ?? undefined });
    }
    this.polledAt = now;
    this.refusedUntil = refusedUntil;
  }

  /** Whether a report has another limit or more usage than this snapshot. */
  isChangedBy({ windows }: UsageReport, now: number): boolean {
    return this.#current(now).some(({ limit, period, used }) => {
      const reported = windows[period.window];
      return reported !== undefined && ((reported.limit ?? undefined) !== limit || (reported.used ?? 0) > used);
    });
  }

  /** Whether the numbers of a report explain why the provider refuses calls, and so tell when it will stop. */
  explainsExhaustion({ windows }: UsageReport): boolean {
    return WINDOWS.some((window) => {
      const limit = effectiveLimit(this.#ownLimits[window], windows[window]?.limit ?? undefined);
      return limit !== undefined && (windows[window]?.used ?? 0) >= limit;
    });
  }

  /** Returns the counters of the current periods, in the order of WINDOWS. */
  counters(now: number): readonly Counter[] {
    return this.#current(now).map(({ limit, period, used }) => ({
      period,
      used,
      limit: effectiveLimit(this.#ownLimits[period.window], limit),
    }));
  }

  /** Returns when the provider last reported a limit of this window; undefined if it never did. */
  reportedAt(window: QuotaWindow): number | undefined {
    const hasLimit = this.#windows.get(window)?.limit !== undefined;
    return hasLimit && this.polledAt > 0 ? this.polledAt : undefined;
  }

  /** Returns the credits of ended calls in each window: the least that a lost counter is initialized with. */
  settled(now: number): readonly number[] {
    return this.#current(now).map(({ settled }) => settled);
  }

  /** A period that began after the last update is unused. */
  #current(now: number): SnapshotWindow[] {
    return periodsOf(now).map((period) => {
      const seen = this.#windows.get(period.window);
      const isCurrent = seen?.period.id === period.id;
      return isCurrent ? seen : { period, limit: seen?.limit, used: 0, settled: 0 };
    });
  }
}

/** Called with the counters, and those without room for a usual call, whenever the quota changed or was read. */
export type OnQuotaUpdate = (counters: readonly Counter[], exhausted: readonly Counter[]) => void;

/** How this process sees a provider's quota: its snapshot of Redis, and what it spent offline since. */
export class LocalQuota {
  readonly snapshot: QuotaSnapshot;
  readonly #offline: OfflineAllowance;
  readonly #usualCredits: number;
  readonly #clock: Clock;
  readonly #onUpdate: OnQuotaUpdate;

  constructor(parts: {
    limits: QuotaLimits;
    offline: OfflineAllowance;
    usualCredits: number;
    clock: Clock;
    onUpdate: OnQuotaUpdate;
  }) {
    this.snapshot = new QuotaSnapshot(parts.limits);
    this.#offline = parts.offline;
    this.#usualCredits = parts.usualCredits;
    this.#clock = parts.clock;
    this.#onUpdate = parts.onUpdate;
  }

  /** Takes over the state of Redis. @returns the state */
  update(state: QuotaState): QuotaState {
    this.snapshot.update(state);
    this.#onUpdate(this.counters(), this.#exhausted(this.#usualCredits));
    return state;
  }

  counters(): readonly Counter[] {
    return this.snapshot.counters(this.#clock.now()).map((counter) => {
      return { ...counter, used: counter.used + this.#offline.spentIn(counter.period) };
    });
  }

  /** Whether this process may spend the credits without Redis. */
  canSpendOffline(credits: number): boolean {
    return this.#offline.exhausted(this.snapshot.counters(this.#clock.now()), credits).length === 0;
  }

  /**
   * Returns the milliseconds until the credits may be spent, by the provider's refusal and by our count; undefined when
   * they may be spent now.
   */
  waitMs(credits: number): number | undefined {
    const now = this.#clock.now();
    const resetsAt = latestReset(this.#exhausted(credits));
    // When credits return is unknown, the next poll may tell.
    const hasRoomAt = resetsAt === Number.POSITIVE_INFINITY ? now + POLL_RETRY_MS : resetsAt;
    const waitMs = Math.max(this.snapshot.refusedUntil, hasRoomAt ?? 0) - now;
    return waitMs > 0 ? waitMs : undefined;
  }

  /** Whether there is no room for a usual call. */
  isExhausted(): boolean {
    return this.waitMs(this.#usualCredits) !== undefined;
  }

  #exhausted(credits: number): readonly Counter[] {
    return exhausted(this.counters(), credits);
  }
}
