import { type Cancel, type Clock, systemClock } from '../clock.ts';

/** The system's clock; it counts the timers that have neither fired nor been cancelled. */
export class CountingClock implements Clock {
  readonly #pending: Set<object> = new Set();

  get pendingTimers(): number {
    return this.#pending.size;
  }

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  setTimeout(fn: () => void, ms: number): Cancel {
    const timer = {};
    this.#pending.add(timer);
    const cancel = systemClock.setTimeout(() => {
      this.#pending.delete(timer);
      fn();
    }, ms);
    return () => {
      this.#pending.delete(timer);
      cancel();
    };
  }
}
