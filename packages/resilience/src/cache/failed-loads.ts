import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

/** Which keys failed to load so lately that a stale value does for now. */
export class FailedLoads {
  readonly #restUntil: LRUCache<string, number>;
  readonly #clock: Clock;

  constructor(maxEntries: number, clock: Clock) {
    this.#restUntil = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  note(key: string, restMs: number): void {
    this.#restUntil.set(key, this.#clock.monotonic() + restMs);
  }

  isResting(key: string): boolean {
    return (this.#restUntil.get(key) ?? 0) > this.#clock.monotonic();
  }
}
