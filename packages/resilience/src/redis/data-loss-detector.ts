import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from './types.ts';

const MARKER_KEY = 'resilience:data';
/** Poll interval; longer over REST, where each command is billed. */
const POLL_INTERVAL_MS = { tcp: 2000, rest: 60_000 } as const;

type WatchedConnection = Omit<RedisConnection, 'close' | 'onDataLoss'>;

/**
 * Detects that Redis has lost its data, also while the connection stays open: polls a marker key, which is missing
 * then, or was replaced by another process. Sends no command before the first listener is added.
 */
export class DataLossDetector {
  readonly #redis: WatchedConnection;
  readonly #clock: Clock;
  readonly #listeners: Listeners<void> = new Listeners();
  #marker: string | undefined;
  #hasStarted = false;
  #isPolling = false;
  #isClosed = false;
  #cancel: Cancel = () => {};

  constructor(redis: WatchedConnection, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  add(listener: () => void): Unsubscribe {
    if (!this.#hasStarted) this.#start();
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #start(): void {
    this.#hasStarted = true;
    this.#schedulePoll();
    this.#redis.subscribe(({ type }) => {
      // Before the first marker was read, a loss cannot be detected.
      if (type === 'ready' && this.#marker !== undefined) void this.#poll();
    });
  }

  #schedulePoll(): void {
    this.#cancel();
    if (!this.#isClosed) this.#cancel = this.#clock.setTimeout(() => void this.#poll(), this.#intervalMs());
  }

  #intervalMs(): number {
    return POLL_INTERVAL_MS[this.#redis.transport];
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      if (this.#redis.isReady()) await this.#compare();
    } catch {
      // Tries again after the next interval.
    } finally {
      this.#isPolling = false;
      this.#schedulePoll();
    }
  }

  async #compare(): Promise<void> {
    const { client: redis } = this.#redis;
    let marker = await redis.get<string>(MARKER_KEY);
    if (marker === null) {
      await redis.set(MARKER_KEY, randomUUID(), { nx: true });
      marker = await redis.get<string>(MARKER_KEY);
    }
    if (marker === null || marker === this.#marker) return;
    const isKnown = this.#marker !== undefined;
    this.#marker = marker;
    if (isKnown) this.#listeners.emit();
  }
}
