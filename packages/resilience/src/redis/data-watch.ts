import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from './redis-connection.ts';

const MARKER = 'resilience:data';
/** Over REST commands are paid. */
const LOOK_EVERY_MS = { tcp: 2000, rest: 60_000 } as const;

type Watched = Omit<RedisConnection, 'close' | 'onDataLoss'>;

/**
 * Notices that Redis has lost its data, also while the connection stays: a marker that was there is gone, or another
 * process has put its own in its place. Asks nothing before there is a listener.
 */
export class DataWatch {
  readonly #redis: Watched;
  readonly #clock: Clock;
  readonly #listeners: Listeners<void> = new Listeners();
  #marker: string | undefined;
  #hasBegun = false;
  #isLooking = false;
  #isClosed = false;
  #cancel: Cancel = () => {};

  constructor(redis: Watched, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  add(listener: () => void): Unsubscribe {
    if (!this.#hasBegun) this.#begin();
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#plan();
    this.#redis.subscribe(({ type }) => {
      // Nothing can be lost that was not seen.
      if (type === 'ready' && this.#marker !== undefined) void this.#look();
    });
  }

  #plan(): void {
    this.#cancel();
    if (!this.#isClosed) this.#cancel = this.#clock.setTimeout(() => void this.#look(), this.#everyMs());
  }

  #everyMs(): number {
    return LOOK_EVERY_MS[this.#redis.transport];
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      if (this.#redis.isReady()) await this.#compare();
    } catch {
      // Looked at again at the next turn.
    } finally {
      this.#isLooking = false;
      this.#plan();
    }
  }

  async #compare(): Promise<void> {
    const { redis } = this.#redis;
    let marker = await redis.get<string>(MARKER);
    if (marker === null) {
      await redis.set(MARKER, randomUUID(), { nx: true });
      marker = await redis.get<string>(MARKER);
    }
    if (marker === null || marker === this.#marker) return;
    const isKnown = this.#marker !== undefined;
    this.#marker = marker;
    if (isKnown) this.#listeners.emit();
  }
}
