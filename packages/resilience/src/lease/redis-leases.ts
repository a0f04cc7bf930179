import type { Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { createOwnerId } from '../owner-id.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable.ts';
import { checkLeaseOptions } from './check-lease-options.ts';
import type { Held } from './held.ts';
import { HeldScope } from './held-scope.ts';
import type { Acquisition, LeaseOptions, Leases } from './lease.ts';
import { LeaseDesk, type Wish } from './lease-desk.ts';
import { LeaseLostError, LeaseReentryError, LeaseTimeoutError } from './lease-errors.ts';
import type { LeaseEvent } from './lease-events.ts';
import { LeaseStore, type Refused } from './lease-store.ts';
import type { ReleaseWatch } from './release-watch.ts';
import { Releases } from './releases.ts';
import { Turns } from './turns.ts';

/**
 * How long after it has last heard of a holder a waiter bears with a Redis that is away, which is as long as two looks
 * of the guard take: for going on alone would be doing twice what somebody else is at.
 */
const BEARING_MS = 2500;
/** What such a Redis says of the holder. */
const AWAY: Refused = { heldForMs: Number.POSITIVE_INFINITY };

export interface LeasesOptions {
  readonly redis: RedisConnection;
  /** First part of every key in Redis. */
  readonly prefix: string;
  /** First part of the owner's name in Redis: `prefix-hostname-pid-n`. */
  readonly owner: string;
  readonly clock: Clock;
}

/** Leases on one Redis. Within a process one caller a name contends; the others wait for their turn. */
export class RedisLeases implements Leases {
  readonly #ownerPrefix: string;
  readonly #clock: Clock;
  readonly #desk: LeaseDesk;
  readonly #releases: Releases;
  readonly #turns: Turns;
  readonly #listeners: Listeners<LeaseEvent> = new Listeners();

  constructor({ redis, prefix, owner, clock }: LeasesOptions) {
    this.#ownerPrefix = owner;
    this.#clock = clock;
    this.#turns = new Turns(clock);
    this.#releases = new Releases(redis, prefix, clock);
    const store = new LeaseStore(redis, prefix, this.#releases.channel);
    this.#desk = new LeaseDesk(redis, store, clock, (event) => this.#listeners.emit(event));
  }

  subscribe(listener: (event: LeaseEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  async withLease<T>(
    name: string,
    options: LeaseOptions,
    body: (signal: AbortSignal, fence: number) => Promise<T>,
  ): Promise<T> {
    const acquisition = await this.acquire<never>(name, options);
    if (acquisition.got !== 'lease') throw new LeaseTimeoutError(name, options.waitMs);
    const { lease } = acquisition;
    const scope = new HeldScope(this, name);
    const [end] = await Promise.allSettled([scope.run(() => body(lease.signal, lease.fence))]);
    const kept = await lease.release();
    if (!kept) throw new LeaseLostError(name, 'while its work ran', end.status === 'rejected' ? end.reason : undefined);
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  }

  async acquire<T>(name: string, options: LeaseOptions, done?: () => Promise<T | undefined>): Promise<Acquisition<T>> {
    checkLeaseOptions(options);
    if (HeldScope.isInside(this, name)) throw new LeaseReentryError(name);
    const wish: Wish = { ...options, name, owner: createOwnerId(this.#ownerPrefix), since: this.#clock.monotonic() };
    this.#listeners.emit({ type: 'attempting', lease: name, owner: wish.owner });
    const endTurn = await this.#turns.take(name, options.waitMs, options.signal);
    if (!endTurn) return this.#timeOut(wish);
    // Before the first look, so that no release is missed.
    const watch = this.#releases.watch(name);
    try {
      return await this.#contend(wish, watch, done);
    } finally {
      watch.end();
      endTurn();
    }
  }

  async #contend<T>(wish: Wish, watch: ReleaseWatch, done?: () => Promise<T | undefined>): Promise<Acquisition<T>> {
    let bearUntil = 0;
    for (;;) {
      const answer = await this.#desk.ask(wish).catch((error: unknown) => {
        if (error instanceof RedisUnavailableError && this.#clock.monotonic() < bearUntil) return AWAY;
        throw error;
      });
      if ('fence' in answer) return this.#hand(answer, wish);
      if (answer !== AWAY) bearUntil = this.#clock.monotonic() + BEARING_MS;
      const leftMs = wish.since + wish.waitMs - this.#clock.monotonic();
      if (leftMs <= 0) return this.#timeOut(wish);
      // A lease that ends unreleased is free a moment later.
      await watch.next(Math.min(leftMs, answer.heldForMs + 1), wish.signal);
      const value = answer === AWAY ? undefined : await done?.();
      if (value !== undefined) return { got: 'done', value };
    }
  }

  /** Unless the caller has left meanwhile. */
  #hand<T>(lease: Held, { signal }: Wish): Acquisition<T> {
    if (signal?.aborted) void lease.release();
    signal?.throwIfAborted();
    return { got: 'lease', lease };
  }

  #timeOut(wish: Wish): { readonly got: 'timeout' } {
    const waitedMs = this.#clock.monotonic() - wish.since;
    this.#listeners.emit({ type: 'timed_out', lease: wish.name, waitedMs });
    return { got: 'timeout' };
  }
}
