import type { Cancel, Clock } from '../clock.ts';

interface Timer {
  readonly due: number;
  readonly fn: () => void;
}

/** A clock that only `advance` moves; timers fire in the order they are due, at their own time. */
export class FakeClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimeout(fn: () => void, ms: number): Cancel {
    const timer: Timer = { due: this.#monotonic + Math.max(0, ms), fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have neither fired nor been cancelled; tests read it to find leaks. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves the clock by `ms` and fires all due timers, also those that are set on the way. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#moveTo(next.due);
      next.fn();
    }
    this.#moveTo(end);
  }

  /** Steps the wall clock alone, as an administrator or NTP does. */
  stepWallClock(ms: number): void {
    this.#now += ms;
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  }
}
