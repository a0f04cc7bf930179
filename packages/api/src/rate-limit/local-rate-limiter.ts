import type { Clock } from '@plantcommunity/resilience';
import type { Consumed, Rate, RateLimitBalance, RateLimitState } from './rate-limiter.ts';

/** Minimum number of most recent callers in memory; at most twice as many are kept, which takes about 30 MB. */
const REMEMBERED = 50_000;
/** A list of call times drops expired entries once there are more than this many and they make up half of the list. */
const COMPACT_ABOVE = 16;

interface LocalRateLimiter {
  consume(key: string, rate: Rate): Consumed;
  peek(key: string, rate: Rate): RateLimitBalance;
}

/**
 * Counts an exact sliding window in this process, for the small limits that apply while Redis is unavailable. Memory is
 * bounded: the least recent callers are evicted first. An evicted caller does not get a full window again: while any
 * evicted caller may still have calls that count, an unknown caller has one call left. So an attacker needs as many
 * other callers as fit into memory to get one more call.
 */
export function createLocalRateLimiter(clock: Clock, remembered: number = REMEMBERED): LocalRateLimiter {
  const callers = new RecentCallers(remembered);

  /** Returns the calls of `key` that count; for a caller that may have been evicted, all but one of the limit. */
  function callsOf(key: string, { count, windowMs }: Rate, now: number): Calls {
    const calls = callers.get(key) ?? new Calls(callers.mayHaveForgotten(windowMs, now) ? count - 1 : 0, now);
    calls.expire(now - windowMs);
    return calls;
  }

  return {
    consume(key, rate) {
      const now = clock.now();
      const calls = callsOf(key, rate, now);
      const allowed = calls.size < rate.count;
      if (allowed) calls.add(now);
      callers.set(key, calls, rate.windowMs, now + rate.windowMs);
      let isTaken = allowed;
      return {
        ...standingOf(calls, rate, now),
        allowed,
        refund: async () => {
          if (!isTaken) return;
          isTaken = false;
          calls.remove(now);
          // Otherwise callers whose calls are all refunded would evict callers whose calls count.
          if (calls.size === 0) callers.delete(key, calls);
        },
      };
    },

    peek(key, rate) {
      const now = clock.now();
      const calls = callsOf(key, rate, now);
      const last = calls.fromEnd(1);
      return { ...standingOf(calls, rate, now), fullAt: last === undefined ? now : last + rate.windowMs };
    },
  };
}

/** The next call is allowed when enough of the oldest calls stop counting. */
function standingOf(calls: Calls, rate: Rate, now: number): RateLimitState {
  return {
    rate,
    remaining: Math.max(0, rate.count - calls.size),
    resetAt: (calls.fromEnd(Math.min(rate.count, calls.size)) ?? now) + rate.windowMs,
  };
}

/** Times of one caller's calls, oldest first. Adding and expiring a call take constant time on average. */
class Calls {
  readonly #times: number[] = [];
  /** Index of the first time that still counts. */
  #start = 0;
  /** Number of initial calls, all counted as made at `#firstAt`. */
  #first: number;
  readonly #firstAt: number;

  constructor(first: number, firstAt: number) {
    this.#first = Math.max(0, first);
    this.#firstAt = firstAt;
  }

  get size(): number {
    return this.#first + this.#times.length - this.#start;
  }

  add(time: number): void {
    this.#times.push(time);
  }

  /** Returns the time of the `nth` call from the end, counted from 1. */
  fromEnd(nth: number): number | undefined {
    if (nth < 1 || nth > this.size) return undefined;
    return nth > this.size - this.#first ? this.#firstAt : this.#times.at(-nth);
  }

  /** Drops calls made at `time` or before. */
  expire(time: number): void {
    if (this.#firstAt <= time) this.#first = 0;
    while (this.#start < this.#times.length && (this.#times[this.#start] ?? 0) <= time) this.#start += 1;
    if (this.#start > COMPACT_ABOVE && this.#start * 2 > this.#times.length) {
      this.#times.splice(0, this.#start);
      this.#start = 0;
    }
  }

  /** Takes back one call made at `time`, if it still counts. */
  remove(time: number): void {
    const index = this.#times.lastIndexOf(time);
    if (index >= this.#start) this.#times.splice(index, 1);
  }
}

/** Callers seen since the last rotation. */
class Generation {
  readonly calls = new Map<string, Calls>();
  /** Epoch milliseconds until which calls of this generation count, by length of the window. */
  readonly countUntil = new Map<number, number>();
}

/**
 * An approximate LRU of callers in two generations (as in hashlru): when the current one is full, the previous one is
 * dropped and the current one takes its place. Each step takes constant time.
 */
class RecentCallers {
  readonly #most: number;
  #current = new Generation();
  #before = new Generation();
  /** Epoch milliseconds until which calls of an evicted caller may still count, by length of the window. */
  readonly #forgottenUntil = new Map<number, number>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Calls | undefined {
    return this.#current.calls.get(key) ?? this.#before.calls.get(key);
  }

  set(key: string, calls: Calls, windowMs: number, countUntil: number): void {
    this.#before.calls.delete(key);
    this.#current.calls.set(key, calls);
    raise(this.#current.countUntil, windowMs, countUntil);
    if (this.#current.calls.size >= this.#most) this.#turn();
  }

  delete(key: string, calls: Calls): void {
    for (const generation of [this.#current, this.#before]) {
      if (generation.calls.get(key) === calls) generation.calls.delete(key);
    }
  }

  /** Whether an unknown caller with this window may have been evicted while its calls still counted. */
  mayHaveForgotten(windowMs: number, now: number): boolean {
    return (this.#forgottenUntil.get(windowMs) ?? 0) > now;
  }

  #turn(): void {
    if (this.#before.calls.size > 0) {
      for (const [windowMs, until] of this.#before.countUntil) raise(this.#forgottenUntil, windowMs, until);
    }
    this.#before = this.#current;
    this.#current = new Generation();
  }
}

function raise(values: Map<number, number>, key: number, value: number): void {
  if (value > (values.get(key) ?? 0)) values.set(key, value);
}
