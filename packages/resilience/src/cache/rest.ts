import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/** Which keys were loaded in vain so lately that a stale value does for now. */
export class RetryBackoff {
  readonly #until: LRUCache<string, number>;
  readonly #clock: Clock;

  constructor(maxEntries: number, clock: Clock) {
    this.#until = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  start(key: string, forMs: number): void {
    this.#until.set(key, this.#clock.monotonic() + forMs);
  }

  isActive(key: string): boolean {
    return (this.#until.get(key) ?? 0) > this.#clock.monotonic();
  }
}
