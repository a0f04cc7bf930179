import type { UsageReport } from '../providers/usage-report.ts';
import { type Counter, effectiveLimit } from './counter.ts';
import { type Period, periodsOf, type QuotaWindow, WINDOWS } from './periods.ts';
import type { QuotaState } from './store.ts';
import type { QuotaLimits } from './types.ts';

interface SnapshotWindow {
  readonly period: Period;
  readonly used: number;
  /** Of these, what calls have spent that are over. */
  readonly settled: number;
  /** What the provider says. */
  readonly limit: number | undefined;
}

/** What this process saw last of a provider's quota: in memory, and so good enough to refuse, but not to let through. */
export class QuotaSnapshot {
  readonly #ownLimits: Readonly<Partial<Record<QuotaWindow, number | undefined>>>;
  readonly #windows = new Map<QuotaWindow, SnapshotWindow>();
  #order = 0;
  /** As in Redis. */
  revision = 0;
  polledAt = 0;
  refusedUntil = 0;
  /** Redis has nothing of what we have seen there. */
  isLost = false;

  constructor({ dailyLimit, hourlyLimit, monthlyLimit }: QuotaLimits) {
    this.#ownLimits = { hour: hourlyLimit, day: dailyLimit, month: monthlyLimit };
  }

  /** Takes over what Redis has. Of a counter that has not begun there, and of limits that it has lost, ours stay. */
  update({
    polledAt: askedAt,
    order,
    inFlight: out,
    refusedUntil: refusesUntil,
    windows,
    revision: word,
  }: QuotaState): void {
    // Answers that came together may be heard in another order.
    if (order < this.#order) return;
    this.#order = order;
    for (const { isInitialized: hasBegun, limit, period, used } of windows) {
      const before = this.#windows.get(period.window);
      if (before !== undefined && before.period.endsAt > period.endsAt) continue;
      const kept = before?.period.id === period.id ? before : { used: 0, settled: 0 };
      this.#windows.set(period.window, {
        period,
        used: hasBegun ? used : Math.max(used, kept.used),
        settled: hasBegun ? used - out : kept.settled,
        limit: limit ?? (askedAt === 0 ? before?.limit : undefined),
      });
    }
    this.revision = word;
    this.refusedUntil = refusesUntil;
    this.isLost = askedAt === 0 && this.polledAt > 0;
    if (askedAt > 0) this.polledAt = askedAt;
  }

  /** What can be known without Redis: at least so much was spent. */
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

  /** What the provider said to this process alone, at `now`. */
  applyReport({ windows }: UsageReport, now: number, refusesUntil: number): void {
    for (const seen of this.#current(now)) {
      const said = windows[seen.period.window];
      if (said === undefined) continue;
      const used = said.used ?? seen.used;
      this.#windows.set(seen.period.window, { ...seen, used, settled: used, limit: said.limit ?? undefined });
    }
    this.polledAt = now;
    this.refusedUntil = refusesUntil;
  }

  /** Whether a word says more than is known here: another limit, or that more is used. */
  isChangedBy({ windows }: UsageReport, now: number): boolean {
    return this.#current(now).some(({ limit, period, used }) => {
      const said = windows[period.window];
      return said !== undefined && ((said.limit ?? undefined) !== limit || (said.used ?? 0) > used);
    });
  }

  /** Whether the numbers of a word say why the provider refuses, and with them when it will not. */
  explainsExhaustion({ windows }: UsageReport): boolean {
    return WINDOWS.some((window) => {
      const limit = effectiveLimit(this.#ownLimits[window], windows[window]?.limit ?? undefined);
      return limit !== undefined && (windows[window]?.used ?? 0) >= limit;
    });
  }

  /** Of the present periods, in the order of WINDOWS. */
  counters(now: number): readonly Counter[] {
    return this.#current(now).map(({ limit, period, used }) => ({
      period,
      used,
      limit: effectiveLimit(this.#ownLimits[period.window], limit),
    }));
  }

  /** What was spent by calls that were over: what a counter that was lost begins with at least. */
  settled(now: number): readonly number[] {
    return this.#current(now).map(({ settled }) => settled);
  }

  /** A period that has begun since is still unused. */
  #current(now: number): SnapshotWindow[] {
    return periodsOf(now).map((period) => {
      const seen = this.#windows.get(period.window);
      const isPresent = seen?.period.id === period.id;
      return isPresent ? seen : { period, limit: seen?.limit, used: 0, settled: 0 };
    });
  }
}
