import type { Clock } from '../clock.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import { onceReady, type RetryWork } from '../redis/once-ready.ts';
import type { RedisConnection } from '../redis/types.ts';
import { RedisLeaseHandle } from './handle.ts';
import type { LeaseEvent } from './lease-events.ts';
import type { Acquired, HeldByAnother, LeaseStore } from './store.ts';
import type { LeaseOptions } from './types.ts';

/** One caller's wish for a lease. */
export interface AcquireRequest extends LeaseOptions {
  readonly name: string;
  readonly owner: string;
  readonly startedAt: number;
}

/** Where leases are asked for and given back. What a Redis that is away misses of it is made good once it is back. */
export class LeaseClient {
  readonly #redis: RedisConnection;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #emit: (event: LeaseEvent) => void;

  constructor(redis: RedisConnection, store: LeaseStore, clock: Clock, tell: (event: LeaseEvent) => void) {
    this.#redis = redis;
    this.#store = store;
    this.#clock = clock;
    this.#emit = tell;
  }

  /** Asks once. @throws when Redis does not answer, or with an error */
  async tryAcquire(wish: AcquireRequest): Promise<RedisLeaseHandle | HeldByAnother> {
    const { name, owner, ttlMs } = wish;
    const askedAt = this.#clock.monotonic();
    try {
      const answer = await this.#store.acquire(name, owner, ttlMs);
      return 'fence' in answer ? this.#createHandle(wish, answer, askedAt) : answer;
    } catch (error) {
      this.#emit({ type: 'redis_failed', lease: name, error });
      // It may still be carried out, or have been in part: nobody would hold the lease it takes.
      const mayHaveRun = !(error instanceof RedisUnavailableError) || error.wasSent;
      if (mayHaveRun)
        onceReady(this.#redis, { work: () => this.#store.release(this.#store.releaseArguments(name, owner)) });
      throw error;
    }
  }

  #createHandle(wish: AcquireRequest, { fence, previousOwner }: Acquired, askedAt: number): RedisLeaseHandle {
    const { name: lease, owner, ttlMs, renew = true, maxHoldMs = Number.POSITIVE_INFINITY } = wish;
    const ending = this.#store.releaseArguments(lease, owner, fence);
    this.#emit({ type: 'acquired', lease, owner, fence, waitedMs: this.#clock.monotonic() - wish.startedAt });
    if (previousOwner !== undefined) this.#emit({ type: 'taken_over', lease, owner, previousOwner });
    return new RedisLeaseHandle({
      name: lease,
      fence,
      ttlMs,
      renew,
      maxHoldMs,
      askedAt,
      clock: this.#clock,
      renewInRedis: () => this.#store.renew(lease, owner, ttlMs),
      releaseInRedis: (by, bytes) => {
        const orElse = () => this.#store.release(ending);
        return this.#release(lease, () => by(ending), bytes > 0 ? { bytes, fallback: orElse } : {});
      },
      release: async (what) => ({ wasOurs: await this.#store.release(what), result: undefined }),
      onRenewed: () => this.#emit({ type: 'renewed', lease, owner }),
      onReleased: (heldMs) => this.#emit({ type: 'released', lease, owner, heldMs }),
      onLost: (reason) => this.#emit({ type: 'lost', lease, owner, reason }),
    });
  }

  async #release<T>(lease: string, end: () => Promise<T>, retry: Omit<RetryWork, 'work'>): Promise<T> {
    try {
      return await end();
    } catch (error) {
      this.#emit({ type: 'redis_failed', lease, error });
      // Otherwise the others would wait for nobody until the lease ends by itself.
      if (error instanceof RedisUnavailableError) onceReady(this.#redis, { ...retry, work: end });
      throw error;
    }
  }
}
