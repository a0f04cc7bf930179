import { ChannelListener } from '../channel-listener.ts';
import type { Clock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { waitFor } from '../wait.ts';

/** Poll interval while messages may be missed. */
const FALLBACK_POLL_MS = 250;
/** Maximum deviation of an interval, so that processes do not poll at the same moment. */
const JITTER = 0.25;

/** Poll intervals of a waiter: the first, doubled with each poll up to the maximum. */
interface PollIntervals {
  readonly firstMs: number;
  readonly maxMs: number;
}

const POLL_INTERVALS: Readonly<Record<RedisConnection['transport'], PollIntervals>> = {
  tcp: { firstMs: FALLBACK_POLL_MS, maxMs: FALLBACK_POLL_MS },
  rest: { firstMs: 25, maxMs: FALLBACK_POLL_MS },
};

/**
 * Wakes waiters when a lease is worth asking for again. Over TCP one subscription per process receives the releases, and
 * each waiter polls slowly as a fallback; over REST waiters only poll, less and less often.
 */
export class ReleaseListener {
  readonly channel: string;
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  readonly #waiters: Map<string, Set<ReleaseWaiter>> = new Map();
  #listener: ChannelListener | undefined;

  constructor(redis: RedisConnection, prefix: string, clock: Clock) {
    this.channel = `${prefix}:released`;
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Returns a waiter that notices every release from now on, so create it before asking for the lease. */
  createWaiter(name: string): ReleaseWaiter {
    this.#listen();
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters);
    const waiter = new ReleaseWaiter(this.#clock, POLL_INTERVALS[this.#redis.transport], () => {
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiters.delete(name);
    });
    waiters.add(waiter);
    return waiter;
  }

  /** Subscribes when the first lease is asked for. */
  #listen(): void {
    if (this.#listener || this.#redis.transport !== 'tcp') return;
    this.#listener = new ChannelListener({
      redis: this.#redis,
      channel: this.channel,
      clock: this.#clock,
      onMessage: (name) => this.#wake(this.#waiters.get(String(name))),
      catchUp: () => {
        for (const waiters of this.#waiters.values()) this.#wake(waiters);
      },
    });
  }

  #wake(waiters: Iterable<ReleaseWaiter> = []): void {
    for (const waiter of waiters) waiter.wake();
  }
}

/** Waits, as one caller, for releases of one lease. */
export class ReleaseWaiter {
  /** Stops noticing releases. */
  readonly stop: () => void;
  readonly #clock: Clock;
  readonly #maxMs: number;
  #pollMs: number;
  #released: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(clock: Clock, { firstMs, maxMs }: PollIntervals, stop: () => void) {
    this.#clock = clock;
    this.#pollMs = firstMs;
    this.#maxMs = maxMs;
    this.stop = stop;
  }

  wake(): void {
    this.#released.resolve();
  }

  /** Resolves after a release since the last call, or when it is time to poll, after at most `limitMs`. @throws the reason of `signal` */
  async wait(limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const timeoutMs = Math.min(limitMs, this.#nextPollMs());
    await waitFor(this.#released.promise, { timeoutMs, clock: this.#clock, signal });
    this.#released = Promise.withResolvers<void>();
  }

  #nextPollMs(): number {
    const pollMs = this.#pollMs * (1 + JITTER * (2 * Math.random() - 1));
    this.#pollMs = Math.min(this.#pollMs * 2, this.#maxMs);
    return pollMs;
  }
}
