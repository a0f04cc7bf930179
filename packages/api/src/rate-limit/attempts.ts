import type { Consumed, Rate, RateLimiter } from './rate-limiter.ts';

/** Maximum number of waiting attempts of one key in this process. */
const MAX_WAITING = 100;

/** A counted attempt whose result is not known yet. `refund` or `commit` must be called. */
export interface Attempt extends Consumed {
  /** Keeps the attempt counted. */
  commit(): void;
}

/** Counts attempts before they are made, and refunds those that turn out not to count. */
export interface Attempts {
  /**
   * Counts one attempt. Over the limit, the attempt waits while others of its key are undecided in this process, because
   * these may be refunded: users who sign in at the same time from one address do not block each other. Never throws.
   */
  begin(key: string, rate: Rate): Promise<Attempt>;
}

interface Undecided {
  count: number;
  readonly waiting: (() => void)[];
}

export function createAttempts(limiter: RateLimiter): Attempts {
  const undecided = new Map<string, Undecided>();

  function enter(key: string): void {
    const attempts = undecided.get(key) ?? { count: 0, waiting: [] };
    attempts.count += 1;
    undecided.set(key, attempts);
  }

  /** Ends one attempt. Wakes one waiting attempt if it was refunded, and all of them once none is undecided. */
  function decide(key: string, isRefunded: boolean): void {
    const attempts = undecided.get(key);
    if (attempts === undefined) return;
    attempts.count -= 1;
    if (attempts.count > 0) {
      if (isRefunded) attempts.waiting.shift()?.();
      return;
    }
    undecided.delete(key);
    for (const wake of attempts.waiting) wake();
  }

  return {
    async begin(key, rate) {
      // The attempt is undecided from the start, because Redis may answer a later one first.
      enter(key);
      let isEntered = true;
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- tries again after each wait
        const consumed = await limiter.consume(key, rate);
        if (consumed.allowed) {
          if (!isEntered) enter(key);
          return attemptOf(key, consumed);
        }
        if (isEntered) decide(key, false);
        isEntered = false;
        const others = undecided.get(key);
        if (others === undefined || others.waiting.length >= MAX_WAITING) {
          return { ...consumed, commit: () => undefined };
        }
        // oxlint-disable-next-line no-await-in-loop -- the wait
        await new Promise<void>((resolve) => void others.waiting.push(resolve));
      }
    },
  };

  function attemptOf(key: string, consumed: Consumed): Attempt {
    let isDecided = false;
    const once = (isRefunded: boolean) => {
      if (!isDecided) decide(key, isRefunded);
      isDecided = true;
    };
    return {
      ...consumed,
      commit: () => once(false),
      async refund() {
        await consumed.refund();
        once(true);
      },
    };
  }
}
