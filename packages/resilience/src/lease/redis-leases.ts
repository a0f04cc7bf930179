import type { Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable.ts';
import { Held } from './held.ts';
import type { Acquisition, HeldLease, LeaseOptions, Leases } from './lease.ts';
import { LeaseLostError, LeaseTimeoutError } from './lease-errors.ts';
import type { LeaseEvent } from './lease-events.ts';
import { LeaseStore, type Taken } from './lease-store.ts';
import { nameOwner } from './owner.ts';
import { Releases, type ReleaseWatch } from './releases.ts';
import { Turns } from './turns.ts';

export interface LeasesOptions {
  readonly redis: RedisConnection;
  /** First part of every key in Redis. */
  readonly prefix: string;
  /** First part of the owner's name in Redis: `prefix-hostname-pid-n`. */
  readonly owner: string;
  readonly clock: Clock;
}

/** One caller's wish for a lease. */
interface Wish extends LeaseOptions {
  readonly name: string;
  readonly owner: string;
  readonly since: number;
}

/** Leases on one Redis. Within a process one caller a name contends; the others wait for their turn. */
export class RedisLeases implements Leases {
  readonly #redis: RedisConnection;
  readonly #ownerPrefix: string;
  readonly #clock: Clock;
  readonly #store: LeaseStore;
  readonly #releases: Releases;
  readonly #turns: Turns;
  readonly #listeners: Listeners<LeaseEvent> = new Listeners();

  constructor({ redis, prefix, owner, clock }: LeasesOptions) {
    this.#redis = redis;
    this.#ownerPrefix = owner;
    this.#clock = clock;
    this.#turns = new Turns(clock);
    this.#releases = new Releases(redis, prefix, clock);
    this.#store = new LeaseStore(redis.redis, prefix, this.#releases.channel);
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
    const [end] = await Promise.allSettled([body(lease.signal, lease.fence)]);
    const kept = await lease.release();
    if (!kept) throw new LeaseLostError(name, 'while its work ran', end.status === 'rejected' ? end.reason : undefined);
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  }

  async acquire<T>(name: string, options: LeaseOptions, done?: () => Promise<T | undefined>): Promise<Acquisition<T>> {
    const wish: Wish = { ...options, name, owner: nameOwner(this.#ownerPrefix), since: this.#clock.monotonic() };
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
    for (;;) {
      const answer = await this.#ask(wish);
      if ('fence' in answer) return { got: 'lease', lease: answer };
      const leftMs = wish.since + wish.waitMs - this.#clock.monotonic();
      if (leftMs <= 0) return this.#timeOut(wish);
      // A lease that ends unreleased is free a moment later.
      await watch.next(Math.min(leftMs, answer.heldForMs + 1), wish.signal);
      const value = await done?.();
      if (value !== undefined) return { got: 'done', value };
    }
  }

  async #ask(wish: Wish): Promise<HeldLease | { heldForMs: number }> {
    const askedAt = this.#clock.monotonic();
    try {
      const answer = await this.#store.acquire(wish.name, wish.owner, wish.leaseMs);
      return 'fence' in answer ? this.#hold(wish, answer, askedAt) : answer;
    } catch (error) {
      this.#listeners.emit({ type: 'redis_failed', lease: wish.name, error });
      if (error instanceof RedisUnavailableError && error.wasSent) this.#releaseOnceBack(wish);
      throw error;
    }
  }

  #hold(wish: Wish, { fence, previousOwner }: Taken, askedAt: number): HeldLease {
    const { name: lease, owner, leaseMs, renew = true, maxHoldMs = Number.POSITIVE_INFINITY } = wish;
    const held = new Held({
      name: lease,
      fence,
      leaseMs,
      renew,
      maxHoldMs,
      askedAt,
      clock: this.#clock,
      renewInRedis: () => this.#store.renew(lease, owner, leaseMs),
      releaseInRedis: (heldMs) => this.#release(lease, owner, heldMs),
      onRenewed: () => this.#listeners.emit({ type: 'renewed', lease, owner }),
      onLost: (reason) => this.#listeners.emit({ type: 'lost', lease, owner, reason }),
    });
    this.#listeners.emit({ type: 'acquired', lease, owner, fence, waitedMs: this.#clock.monotonic() - wish.since });
    if (previousOwner !== undefined) this.#listeners.emit({ type: 'taken_over', lease, owner, previousOwner });
    return held;
  }

  async #release(lease: string, owner: string, heldMs: number): Promise<boolean> {
    try {
      const ours = await this.#store.release(lease, owner);
      this.#listeners.emit(
        ours ? { type: 'released', lease, owner, heldMs } : { type: 'lost', lease, owner, reason: 'it was gone' },
      );
      return ours;
    } catch (error) {
      this.#listeners.emit({ type: 'redis_failed', lease, error });
      // It was ours by our own clock, and ends by itself.
      return true;
    }
  }

  /** A request that was not answered may still be carried out: nobody would hold the lease it takes. */
  #releaseOnceBack({ name, owner, leaseMs }: Wish): void {
    let tried = false;
    const unsubscribe = this.#redis.subscribe(({ type }) => {
      if (type !== 'ready' || tried) return;
      tried = true;
      this.#store.release(name, owner).catch(() => {});
    });
    this.#clock.setTimeout(unsubscribe, leaseMs);
  }

  #timeOut(wish: Wish): { readonly got: 'timeout' } {
    const waitedMs = this.#clock.monotonic() - wish.since;
    this.#listeners.emit({ type: 'timed_out', lease: wish.name, waitedMs });
    return { got: 'timeout' };
  }
}
