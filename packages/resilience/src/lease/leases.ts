import type { Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { createOwnerId } from '../owner-id.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection } from '../redis/types.ts';
import { checkLeaseOptions } from './check-lease-options.ts';
import { LeaseLostError, LeaseReentryError, LeaseTimeoutError } from './errors.ts';
import type { RedisLeaseHandle } from './handle.ts';
import { LeaseScope } from './held-scope.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { type AcquireRequest, LeaseClient } from './lease-desk.ts';
import type { LeaseEvent } from './lease-events.ts';
import { ReleaseListener } from './release-listener.ts';
import type { ReleaseWaiter } from './release-watch.ts';
import { type HeldByAnother, LeaseStore } from './store.ts';
import type { Acquisition, LeaseOptions, Leases } from './types.ts';

/**
 * How long after it has last heard of a holder a waiter bears with a Redis that is away, which is as long as two looks
 * of the guard take: for going on alone would be doing twice what somebody else is at.
 */
const OUTAGE_GRACE_MS = 2500;
/** What such a Redis says of the holder. */
const HOLDER_UNKNOWN: HeldByAnother = { heldForMs: Number.POSITIVE_INFINITY };

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
  readonly #client: LeaseClient;
  readonly #releases: ReleaseListener;
  readonly #mutex: KeyedMutex;
  readonly #listeners: Listeners<LeaseEvent> = new Listeners();

  constructor({ redis, prefix, owner, clock }: LeasesOptions) {
    this.#ownerPrefix = owner;
    this.#clock = clock;
    this.#mutex = new KeyedMutex(clock);
    this.#releases = new ReleaseListener(redis, prefix, clock);
    const store = new LeaseStore(redis, prefix, this.#releases.channel);
    this.#client = new LeaseClient(redis, store, clock, (event) => this.#listeners.emit(event));
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
    if (acquisition.type !== 'acquired') throw new LeaseTimeoutError(name, options.waitMs);
    const { lease } = acquisition;
    const scope = new LeaseScope(this, name);
    const [end] = await Promise.allSettled([scope.run(() => body(lease.signal, lease.fence))]);
    const kept = await lease.release();
    if (!kept) throw new LeaseLostError(name, 'while its work ran', end.status === 'rejected' ? end.reason : undefined);
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  }

  async acquire<T>(name: string, options: LeaseOptions, done?: () => Promise<T | undefined>): Promise<Acquisition<T>> {
    checkLeaseOptions(options);
    if (LeaseScope.isInside(this, name)) throw new LeaseReentryError(name);
    const wish: AcquireRequest = {
      ...options,
      name,
      owner: createOwnerId(this.#ownerPrefix),
      startedAt: this.#clock.monotonic(),
    };
    this.#listeners.emit({ type: 'attempting', lease: name, owner: wish.owner });
    const endTurn = await this.#mutex.acquire(name, options.waitMs, options.signal);
    if (!endTurn) return this.#giveUp(wish);
    // Before the first look, so that no release is missed.
    const watch = this.#releases.watch(name);
    try {
      return await this.#contend(wish, watch, done);
    } finally {
      watch.stop();
      endTurn();
    }
  }

  async #contend<T>(
    wish: AcquireRequest,
    watch: ReleaseWaiter,
    done?: () => Promise<T | undefined>,
  ): Promise<Acquisition<T>> {
    let bearUntil = 0;
    for (;;) {
      const answer = await this.#client.tryAcquire(wish).catch((error: unknown) => {
        if (error instanceof RedisUnavailableError && this.#clock.monotonic() < bearUntil) return HOLDER_UNKNOWN;
        throw error;
      });
      if ('fence' in answer) return this.#handOver(answer, wish);
      if (answer !== HOLDER_UNKNOWN) bearUntil = this.#clock.monotonic() + OUTAGE_GRACE_MS;
      const leftMs = wish.startedAt + wish.waitMs - this.#clock.monotonic();
      if (leftMs <= 0) return this.#giveUp(wish);
      // A lease that ends unreleased is free a moment later.
      await watch.wait(Math.min(leftMs, answer.heldForMs + 1), wish.signal);
      const value = answer === HOLDER_UNKNOWN ? undefined : await done?.();
      if (value !== undefined) return { type: 'done', value };
    }
  }

  /** Unless the caller has left meanwhile. */
  #handOver<T>(lease: RedisLeaseHandle, { signal }: AcquireRequest): Acquisition<T> {
    if (signal?.aborted) void lease.release();
    signal?.throwIfAborted();
    return { type: 'acquired', lease };
  }

  #giveUp(wish: AcquireRequest): { readonly type: 'timed_out' } {
    const waitedMs = this.#clock.monotonic() - wish.startedAt;
    this.#listeners.emit({ type: 'timed_out', lease: wish.name, waitedMs });
    return { type: 'timed_out' };
  }
}
