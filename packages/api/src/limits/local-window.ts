import type { Clock } from '@plantcommunity/resilience';
import type { Rate } from '../config.ts';
import type { Balance, Standing, Taken } from './rate-window.ts';

/** The callers used last are remembered: at least so many, at most twice as many, which take some 30 MB. */
const REMEMBERED = 50_000;
/** Times of calls that no longer count are dropped from a list when there are so many, and half of it. */
const COMPACT_ABOVE = 16;

interface LocalWindow {
  take(key: string, rate: Rate): Taken;
  look(key: string, rate: Rate): Balance;
}

/**
 * An exact sliding window in this process, for the small numbers it lets through while Redis is away. The callers it
 * remembers are bounded, and those used longest ago are forgotten first. A forgotten caller does not get a full window
 * anew: for as long as one that was forgotten could still count calls, a caller that is not known has one call left. So
 * it takes as many other callers as are remembered to get one more call.
 */
export function createLocalWindow(clock: Clock, remembered: number = REMEMBERED): LocalWindow {
  const callers = new RecentCallers(remembered);

  /** The calls of `key` that count; of a caller that may have been forgotten, all but one of the number. */
  function callsOf(key: string, { count, windowMs }: Rate, now: number): Calls {
    const calls = callers.get(key) ?? new Calls(callers.mayHaveForgotten(windowMs, now) ? count - 1 : 0, now);
    calls.expire(now - windowMs);
    return calls;
  }

  return {
    take(key, rate) {
      const now = clock.now();
      const calls = callsOf(key, rate, now);
      const allowed = calls.size < rate.count;
      if (allowed) calls.add(now);
      callers.set(key, calls, rate.windowMs, now + rate.windowMs);
      let isTaken = allowed;
      return {
        ...standingOf(calls, rate, now),
        allowed,
        giveBack: async () => {
          if (!isTaken) return;
          isTaken = false;
          calls.remove(now);
          // Or callers that are refused elsewhere would push out those that count.
          if (calls.size === 0) callers.delete(key, calls);
        },
      };
    },

    look(key, rate) {
      const now = clock.now();
      const calls = callsOf(key, rate, now);
      const last = calls.fromEnd(1);
      return { ...standingOf(calls, rate, now), fullAt: last === undefined ? now : last + rate.windowMs };
    },
  };
}

/** Room comes when the oldest call stops counting, or as many of them as are too many. */
function standingOf(calls: Calls, rate: Rate, now: number): Standing {
  return {
    rate,
    remaining: Math.max(0, rate.count - calls.size),
    resetAt: (calls.fromEnd(Math.min(rate.count, calls.size)) ?? now) + rate.windowMs,
  };
}

/** Times of one caller's calls, oldest first. A call that is added is looked at once more, when it expires. */
class Calls {
  readonly #times: number[] = [];
  /** Times before this place no longer count. */
  #start = 0;
  /** Calls at the beginning, all made at one time. */
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

  /** The time of the `nth` call from the end, counted from 1. */
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
    const place = this.#times.lastIndexOf(time);
    if (place >= this.#start) this.#times.splice(place, 1);
  }
}

/** Callers used since the last turn. */
class Generation {
  readonly calls = new Map<string, Calls>();
  /** By length of the window: until when calls of this generation count. Epoch milliseconds. */
  readonly countUntil = new Map<number, number>();
}

/**
 * The callers used last, by two generations: when the current one is full, the one before is forgotten and the current
 * one takes its place (as in hashlru). Each step costs the same, however many there are.
 */
class RecentCallers {
  readonly #most: number;
  #current = new Generation();
  #before = new Generation();
  /** By length of the window: until when calls of a forgotten caller may still count. */
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

  /** Whether an unknown caller may be one of this length of window that was forgotten while its calls counted. */
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
