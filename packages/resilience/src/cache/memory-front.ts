import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { type Envelope, keepMs } from './envelope.ts';

/** The most recently used envelopes of this process. */
export class MemoryTier {
  readonly #entries: LRUCache<string, Envelope>;
  readonly #clock: Clock;

  constructor(maxEntries: number, clock: Clock) {
    this.#entries = new LRUCache({ max: maxEntries });
    this.#clock = clock;
  }

  get(key: string): Envelope | undefined {
    const envelope = this.#entries.get(key);
    if (!envelope || keepMs(envelope, this.#clock.now()) > 0) return envelope;
    this.#entries.delete(key);
    return undefined;
  }

  /** Most recently used first. */
  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** Like `get`, but does not count as a use. */
  peek(key: string): Envelope | undefined {
    return this.#entries.peek(key);
  }

  set(key: string, envelope: Envelope): void {
    this.#entries.set(key, envelope);
  }
}
