import type { Clock } from '@plantcommunity/resilience';
import type { Alone } from './alone.ts';
import type { CallVerdict } from './call-verdict.ts';
import type { Claim, QuotaStore, Standing } from './quota-store.ts';

/** Calls beyond it are not told of any more: the provider's word will. */
const MAX_OWED = 10_000;

interface Ending {
  readonly claim: Claim;
  readonly verdict: CallVerdict;
  /** It was let through without Redis. */
  readonly isAlone: boolean;
}

/** Tells Redis how calls have ended, and keeps what it could not be told until it is back. */
export class Owed {
  readonly #store: QuotaStore;
  readonly #alone: Alone;
  readonly #clock: Clock;
  readonly #debts = new Map<string, Ending>();

  constructor(parts: { store: QuotaStore; alone: Alone; clock: Clock }) {
    this.#store = parts.store;
    this.#alone = parts.alone;
    this.#clock = parts.clock;
  }

  /** Never throws. @returns undefined when Redis could not be told */
  async settle(ending: Ending): Promise<Standing | undefined> {
    const { claim, isAlone, verdict } = ending;
    this.#debts.delete(claim.id);
    try {
      const standing = await this.#store.settle(claim, this.#clock.now(), verdict);
      if (isAlone && verdict !== 'given_back') this.#alone.add(claim.at, -claim.credits);
      return standing;
    } catch {
      this.owe(ending);
      return undefined;
    }
  }

  /** Redis is told when it is back. */
  owe(ending: Ending): void {
    if (this.#debts.size < MAX_OWED) this.#debts.set(ending.claim.id, ending);
  }

  /** Tells it all that it was not told, as long as it listens. */
  async pay(): Promise<void> {
    for (const ending of this.#debts.values()) {
      if ((await this.settle(ending)) === undefined) return;
    }
  }
}
