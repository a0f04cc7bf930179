import type { Clock } from '@plantcommunity/resilience';
import { periodsOf, remaining } from './periods.ts';
import type { QuotaStore } from './store.ts';
import type { Counter, Period, QuotaState, Reservation, Settlement } from './types.ts';

/** Share of the remaining credits that a process may spend without Redis. */
const OFFLINE_SHARE = 0.02;
/** Above this, drop settlements; the next usage report corrects the count. */
const MAX_PENDING = 10_000;

/** Whether a process that has spent `spent` offline may spend `credits` more: 2 % of what was left, at least one call. */
export function canSpendOffline(left: number, spent: number, credits: number): boolean {
  return spent + credits <= left && spent + credits <= Math.max(credits, Math.floor(left * OFFLINE_SHARE));
}

/** Credits that this process spent without Redis, which Redis has not counted yet. */
export class OfflineAllowance {
  readonly #spent = new Map<string, number>();

  /** Returns the counters in which this process may not spend the credits offline. */
  exhausted(counters: readonly Counter[], credits: number): readonly Counter[] {
    return counters.filter((counter) => !canSpendOffline(remaining(counter), this.spentIn(counter.period), credits));
  }

  /** Adds credits (or removes negative ones) in all periods of the time `at`. */
  add(at: number, credits: number): void {
    for (const { id } of periodsOf(at)) {
      const spent = (this.#spent.get(id) ?? 0) + credits;
      if (spent > 0) this.#spent.set(id, spent);
      else this.#spent.delete(id);
    }
  }

  spentIn({ id }: Period): number {
    return this.#spent.get(id) ?? 0;
  }
}

export interface PendingSettlement {
  readonly reservation: Reservation;
  readonly settlement: Settlement;
  /** The call was let through without Redis. */
  readonly isOffline: boolean;
}

/** Writes settlements to Redis, and keeps those that failed until it is back. */
export class PendingSettlements {
  readonly #store: QuotaStore;
  readonly #offline: OfflineAllowance;
  readonly #clock: Clock;
  readonly #pending = new Map<string, PendingSettlement>();

  constructor(parts: { store: QuotaStore; offline: OfflineAllowance; clock: Clock }) {
    this.#store = parts.store;
    this.#offline = parts.offline;
    this.#clock = parts.clock;
  }

  /** Writes the settlement. Never throws. @returns undefined when Redis failed; the settlement is then pending */
  async settle(pending: PendingSettlement): Promise<QuotaState | undefined> {
    const { isOffline, reservation, settlement } = pending;
    this.#pending.delete(reservation.id);
    try {
      const state = await this.#store.settle(reservation, this.#clock.now(), settlement);
      if (isOffline && settlement !== 'released') this.#offline.add(reservation.at, -reservation.credits);
      return state;
    } catch {
      this.enqueue(pending);
      return undefined;
    }
  }

  /** Keeps the settlement for the next `flush`. */
  enqueue(pending: PendingSettlement): void {
    if (this.#pending.size < MAX_PENDING) this.#pending.set(pending.reservation.id, pending);
  }

  /** Writes pending settlements until one fails. */
  async flush(): Promise<void> {
    for (const pending of this.#pending.values()) {
      if ((await this.settle(pending)) === undefined) return;
    }
  }
}
