import type { Clock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { type PollIntervals, ReleaseWaiter } from './release-watch.ts';

/** A release that was not heard of is noticed after so long. */
const FALLBACK_POLL_MS = 250;
const POLLS: Readonly<Record<RedisConnection['transport'], PollIntervals>> = {
  tcp: { firstMs: FALLBACK_POLL_MS, maxMs: FALLBACK_POLL_MS },
  rest: { firstMs: 25, maxMs: FALLBACK_POLL_MS },
};

/**
 * Tells when a lease is worth asking for again. Over TCP one subscription of the process hears of releases, with slow
 * polling as a net under it; over REST there is only polling, less and less often.
 */
export class ReleaseListener {
  readonly channel: string;
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  readonly #waiters: Map<string, Set<ReleaseWaiter>> = new Map();
  #wasBegun = false;
  #hears = false;

  constructor(redis: RedisConnection, prefix: string, clock: Clock) {
    this.channel = `${prefix}:released`;
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Listens from now on; so begin before asking for the lease. */
  watch(name: string): ReleaseWaiter {
    this.#begin();
    const watches = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, watches);
    const watch = new ReleaseWaiter(this.#clock, POLLS[this.#redis.transport], () => {
      watches.delete(watch);
      if (watches.size === 0) this.#waiters.delete(name);
    });
    watches.add(watch);
    return watch;
  }

  /** Whoever needs no lease needs no subscription. */
  #begin(): void {
    if (this.#wasBegun || this.#redis.transport !== 'tcp') return;
    this.#wasBegun = true;
    this.#redis.subscribe(({ type }) => {
      if (type === 'ready') this.#listen();
    });
  }

  #listen(): void {
    if (this.#hears) return;
    this.#hears = true;
    const subscriber = this.#redis.client.subscribe<string>(this.channel);
    subscriber.on('message', ({ message }) => {
      for (const watch of this.#waiters.get(message) ?? []) watch.wake();
    });
    // Also when it is there again: releases may have been missed.
    subscriber.on('subscribe', () => {
      for (const watches of this.#waiters.values()) for (const watch of watches) watch.wake();
    });
    subscriber.on('error', () => {
      this.#hears = false;
      void subscriber.unsubscribe();
    });
  }
}
