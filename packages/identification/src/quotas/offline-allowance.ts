import { type Counter, remaining } from './counter.ts';
import { type Period, periodsOf } from './periods.ts';

/** What a process may spend without Redis of what it last saw left. */
const SHARE = 0.02;

/** Whether a process that has spent `spent` by itself may spend `credits` more: 2 % of what was left, at least one call. */
export function canSpendOffline(left: number, spent: number, credits: number): boolean {
  return spent + credits <= left && spent + credits <= Math.max(credits, Math.floor(left * SHARE));
}

/** What this process has spent that Redis does not know of yet. */
export class OfflineAllowance {
  readonly #spent = new Map<string, number>();

  /** Those in which it may not spend so many credits more. */
  exhausted(counters: readonly Counter[], credits: number): readonly Counter[] {
    return counters.filter((counter) => !canSpendOffline(remaining(counter), this.spentIn(counter.period), credits));
  }

  /** `at`: the moment of the call, in whose periods it counts. */
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
