import type { Clock } from '../clock.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** A release that was not heard of is noticed after so long. */
const HEARING_MS = 250;
const POLL_FIRST_MS = 25;
const SPREAD = 0.25;

/**
 * Tells when a lease is worth asking for again. Over TCP one subscription of the process hears of releases, with slow
 * polling as a net under it; over REST there is only polling, less and less often.
 */
export class Releases {
  readonly channel: string;
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  readonly #watches: Map<string, Set<ReleaseWatch>> = new Map();
  #hears = false;

  constructor(redis: RedisConnection, prefix: string, clock: Clock) {
    this.channel = `${prefix}:released`;
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Listens from now on; so begin before asking for the lease. */
  watch(name: string): ReleaseWatch {
    this.#listen();
    const watches = this.#watches.get(name) ?? new Set();
    this.#watches.set(name, watches);
    const watch = new ReleaseWatch(this.#clock, this.#redis.transport === 'tcp' ? HEARING_MS : POLL_FIRST_MS, () => {
      watches.delete(watch);
      if (watches.size === 0) this.#watches.delete(name);
    });
    watches.add(watch);
    return watch;
  }

  #listen(): void {
    if (this.#hears || this.#redis.transport !== 'tcp') return;
    this.#hears = true;
    this.#redis.redis.subscribe<string>(this.channel).on('message', ({ message }) => {
      for (const watch of this.#watches.get(message) ?? []) watch.wake();
    });
  }
}

/** One caller's wait for one lease. */
export class ReleaseWatch {
  readonly #clock: Clock;
  /** Ends it. */
  readonly end: () => void;
  #pollMs: number;
  #released: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(clock: Clock, pollMs: number, end: () => void) {
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.end = end;
  }

  wake(): void {
    this.#released.resolve();
  }

  /** Until the lease was released since the last call, at most `maxMs`. @throws the reason of `signal` */
  async next(maxMs: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = () => reject(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const cancel = this.#clock.setTimeout(() => this.wake(), Math.min(maxMs, this.#nextPollMs()));
    try {
      await Promise.race([this.#released.promise, left]);
    } finally {
      cancel();
      signal?.removeEventListener('abort', leave);
      this.#released = Promise.withResolvers<void>();
    }
  }

  /** Spread, so that processes do not ask at the same moment. */
  #nextPollMs(): number {
    const pollMs = this.#pollMs * (1 + SPREAD * (2 * Math.random() - 1));
    this.#pollMs = Math.min(this.#pollMs * 2, HEARING_MS);
    return pollMs;
  }
}
