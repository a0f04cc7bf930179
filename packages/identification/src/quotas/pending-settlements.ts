import type { Clock } from '@plantcommunity/resilience';
import type { Settlement } from './call-verdict.ts';
import type { OfflineAllowance } from './offline-allowance.ts';
import type { QuotaState, QuotaStore, Reservation } from './store.ts';

/** Calls beyond it are not told of any more: the provider's word will. */
const MAX_PENDING = 10_000;

interface PendingSettlement {
  readonly reservation: Reservation;
  readonly settlement: Settlement;
  /** It was let through without Redis. */
  readonly isOffline: boolean;
}

/** Tells Redis how calls have ended, and keeps what it could not be told until it is back. */
export class PendingSettlements {
  readonly #store: QuotaStore;
  readonly #offline: OfflineAllowance;
  readonly #clock: Clock;
  readonly #pending = new Map<string, PendingSettlement>();

  constructor(parts: { store: QuotaStore; alone: OfflineAllowance; clock: Clock }) {
    this.#store = parts.store;
    this.#offline = parts.alone;
    this.#clock = parts.clock;
  }

  /** Never throws. @returns undefined when Redis could not be told */
  async settle(ending: PendingSettlement): Promise<QuotaState | undefined> {
    const { reservation: claim, isOffline: isAlone, settlement: verdict } = ending;
    this.#pending.delete(claim.id);
    try {
      const standing = await this.#store.settle(claim, this.#clock.now(), verdict);
      if (isAlone && verdict !== 'released') this.#offline.add(claim.at, -claim.credits);
      return standing;
    } catch {
      this.enqueue(ending);
      return undefined;
    }
  }

  /** Redis is told when it is back. */
  enqueue(ending: PendingSettlement): void {
    if (this.#pending.size < MAX_PENDING) this.#pending.set(ending.reservation.id, ending);
  }

  /** Tells it all that it was not told, as long as it listens. */
  async flush(): Promise<void> {
    for (const ending of this.#pending.values()) {
      if ((await this.settle(ending)) === undefined) return;
    }
  }
}
