import type { Clock } from '../clock.ts';
import { onceReady, type RetryWork } from '../redis/once-ready.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable.ts';
import { Held } from './held.ts';
import type { LeaseOptions } from './lease.ts';
import type { LeaseEvent } from './lease-events.ts';
import type { LeaseStore, Refused, Taken } from './lease-store.ts';

/** One caller's wish for a lease. */
export interface Wish extends LeaseOptions {
  readonly name: string;
  readonly owner: string;
  readonly since: number;
}

/** Where leases are asked for and given back. What a Redis that is away misses of it is made good once it is back. */
export class LeaseDesk {
  readonly #redis: RedisConnection;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #tell: (event: LeaseEvent) => void;

  constructor(redis: RedisConnection, store: LeaseStore, clock: Clock, tell: (event: LeaseEvent) => void) {
    this.#redis = redis;
    this.#store = store;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Asks once. @throws when Redis does not answer, or with an error */
  async ask(wish: Wish): Promise<Held | Refused> {
    const { name, owner, leaseMs } = wish;
    const askedAt = this.#clock.monotonic();
    try {
      const answer = await this.#store.acquire(name, owner, leaseMs);
      return 'fence' in answer ? this.#hold(wish, answer, askedAt) : answer;
    } catch (error) {
      this.#tell({ type: 'redis_failed', lease: name, error });
      // It may still be carried out, or have been in part: nobody would hold the lease it takes.
      const mayHaveRun = !(error instanceof RedisUnavailableError) || error.wasSent;
      if (mayHaveRun) onceReady(this.#redis, { work: () => this.#store.release(this.#store.endingOf(name, owner)) });
      throw error;
    }
  }

  #hold(wish: Wish, { fence, previousOwner }: Taken, askedAt: number): Held {
    const { name: lease, owner, leaseMs, renew = true, maxHoldMs = Number.POSITIVE_INFINITY } = wish;
    const ending = this.#store.endingOf(lease, owner, fence);
    this.#tell({ type: 'acquired', lease, owner, fence, waitedMs: this.#clock.monotonic() - wish.since });
    if (previousOwner !== undefined) this.#tell({ type: 'taken_over', lease, owner, previousOwner });
    return new Held({
      name: lease,
      fence,
      leaseMs,
      renew,
      maxHoldMs,
      askedAt,
      clock: this.#clock,
      renewInRedis: () => this.#store.renew(lease, owner, leaseMs),
      endInRedis: (by, bytes) => {
        const orElse = () => this.#store.release(ending);
        return this.#end(lease, () => by(ending), bytes > 0 ? { bytes, orElse } : {});
      },
      release: async (what) => ({ wasOurs: await this.#store.release(what), result: undefined }),
      onRenewed: () => this.#tell({ type: 'renewed', lease, owner }),
      onReleased: (heldMs) => this.#tell({ type: 'released', lease, owner, heldMs }),
      onLost: (reason) => this.#tell({ type: 'lost', lease, owner, reason }),
    });
  }

  async #end<T>(lease: string, end: () => Promise<T>, retry: Omit<RetryWork, 'work'>): Promise<T> {
    try {
      return await end();
    } catch (error) {
      this.#tell({ type: 'redis_failed', lease, error });
      // Otherwise the others would wait for nobody until the lease ends by itself.
      if (error instanceof RedisUnavailableError) onceReady(this.#redis, { ...retry, work: end });
      throw error;
    }
  }
}
