import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, systemClock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { createOwnerId } from '../owner-id.ts';
import { checkRange, LONGEST_MS } from '../range.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import { onceReady, type RetryWork } from '../redis/once-ready.ts';
import type { RedisConnection } from '../redis/types.ts';
import { LeaseLostError, LeaseReentryError, LeaseTimeoutError } from './errors.ts';
import { RedisLeaseHandle } from './handle.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { ReleaseListener, type ReleaseWaiter } from './release-listener.ts';
import { type AcquireReply, LeaseStore } from './store.ts';
import type { Acquisition, LeaseEvent, LeaseOptions, LeaseStatus, Leases, LeasesOptions } from './types.ts';

const DEFAULT_TTL_MS = 10_000;
/** Below it, a late renewal would lose the lease. */
const MIN_TTL_MS = 100;
/**
 * Grace period: while Redis is unavailable, a waiter that saw a holder less than this ago keeps waiting (two health
 * probes) instead of duplicating its work.
 */
const OUTAGE_GRACE_MS = 2500;

type HeldReply = Extract<AcquireReply, { type: 'held' }>;
/** Stands for the reply of a Redis that is unavailable during the grace period. */
const HOLDER_UNKNOWN: HeldReply = { type: 'held', heldForMs: Number.POSITIVE_INFINITY };

/** Creates leases, which let one process at a time do some work. They save doing it twice but do not exclude it. */
export function createLeases(options: LeasesOptions): Leases {
  return new RedisLeases(options);
}

/** @param path prefix of the option's name in the error @throws {RangeError} for an option out of range */
export function checkLeaseOptions({ maxHoldMs, ttlMs, waitMs }: Omit<LeaseOptions, 'signal'>, path = ''): void {
  if (ttlMs !== undefined) checkRange(`${path}ttlMs`, ttlMs, { min: MIN_TTL_MS, max: LONGEST_MS, whole: true });
  checkRange(`${path}waitMs`, waitMs, { min: 0, max: LONGEST_MS });
  if (maxHoldMs !== undefined) checkRange(`${path}maxHoldMs`, maxHoldMs, { min: 1, max: LONGEST_MS });
}

interface AcquireRequest extends LeaseOptions {
  readonly name: string;
  readonly owner: string;
  /** Monotonic time at which the caller began to wait. */
  readonly startedAt: number;
}

/** Leases in one Redis. Within a process one caller per name asks Redis; the others queue for their turn. */
class RedisLeases implements Leases {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #owner: string;
  readonly #clock: Clock;
  readonly #client: LeaseClient;
  readonly #releases: ReleaseListener;
  readonly #mutex: KeyedMutex;
  readonly #listeners: Listeners<LeaseEvent> = new Listeners();
  /** Number of callers that ask or wait, by lease. */
  readonly #waiting: Map<string, number> = new Map();

  constructor({ clock = systemClock, prefix = 'lease', owner = prefix, redis }: LeasesOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#owner = owner;
    this.#clock = clock;
    this.#mutex = new KeyedMutex(clock);
    this.#releases = new ReleaseListener(redis, prefix, clock);
    const store = new LeaseStore(redis, prefix, this.#releases.channel);
    this.#client = new LeaseClient(redis, store, clock, (event) => this.#listeners.emit(event));
  }

  current(): readonly LeaseStatus[] {
    const held = this.#client.held();
    const names = new Set([...held.keys(), ...this.#waiting.keys()]);
    return Array.from(names, (lease) => {
      const holding = held.get(lease);
      return { lease, ...(holding && { held: holding }), waiting: this.#waiting.get(lease) ?? 0 };
    });
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
    const scope = new LeaseScope(this.#redis, this.#prefix, name);
    const [end] = await Promise.allSettled([scope.run(() => body(lease.signal, lease.fence))]);
    const wasOurs = await lease.release();
    const cause: unknown = end.status === 'rejected' ? end.reason : undefined;
    if (!wasOurs) throw new LeaseLostError(name, 'while its work ran', cause);
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  }

  async acquire<T>(
    name: string,
    options: LeaseOptions,
    findResult?: () => Promise<T | undefined>,
  ): Promise<Acquisition<T>> {
    checkLeaseOptions(options);
    if (LeaseScope.isInside(this.#redis, this.#prefix, name)) throw new LeaseReentryError(name);
    const owner = createOwnerId(this.#owner);
    const request: AcquireRequest = { ...options, name, owner, startedAt: this.#clock.monotonic() };
    this.#listeners.emit({ type: 'attempting', lease: name, owner });
    this.#countWaiting(name, 1);
    try {
      const unlock = await this.#mutex.acquire(name, options.waitMs, options.signal);
      if (!unlock) return this.#timeOut(request);
      const waiter = this.#releases.createWaiter(name);
      try {
        return await this.#contend(request, waiter, findResult);
      } finally {
        waiter.stop();
        unlock();
      }
    } finally {
      this.#countWaiting(name, -1);
    }
  }

  #countWaiting(name: string, by: 1 | -1): void {
    const waiting = (this.#waiting.get(name) ?? 0) + by;
    if (waiting === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, waiting);
  }

  async #contend<T>(
    request: AcquireRequest,
    waiter: ReleaseWaiter,
    findResult?: () => Promise<T | undefined>,
  ): Promise<Acquisition<T>> {
    let graceEndsAt = 0;
    let { owner } = request;
    for (;;) {
      const reply = await this.#client.tryAcquire({ ...request, owner }).catch((error: unknown) => {
        const mayRecover = error instanceof RedisUnavailableError && !error.isClosed;
        if (mayRecover && this.#clock.monotonic() < graceEndsAt) return HOLDER_UNKNOWN;
        throw error;
      });
      // The release of an attempt without a reply may run late, and must not end the lease of a later attempt.
      if (reply === HOLDER_UNKNOWN) owner = createOwnerId(this.#owner);
      if (reply instanceof RedisLeaseHandle) return acquiredUnlessAborted(reply, request.signal);
      if (reply !== HOLDER_UNKNOWN) graceEndsAt = this.#clock.monotonic() + OUTAGE_GRACE_MS;
      const leftMs = request.startedAt + request.waitMs - this.#clock.monotonic();
      if (leftMs <= 0) return this.#timeOut(request);
      // A lease that runs out is free a moment after its time.
      await waiter.wait(Math.min(leftMs, reply.heldForMs + 1), request.signal);
      const value = reply === HOLDER_UNKNOWN ? undefined : await findResult?.();
      if (value === undefined) continue;
      const { name: lease, startedAt } = request;
      this.#listeners.emit({ type: 'done', lease, waitedMs: this.#clock.monotonic() - startedAt });
      return { type: 'done', value };
    }
  }

  #timeOut({ name, startedAt, waitMs }: AcquireRequest): { readonly type: 'timed_out' } {
    this.#listeners.emit({ type: 'timed_out', lease: name, waitedMs: this.#clock.monotonic() - startedAt, waitMs });
    return { type: 'timed_out' };
  }
}

/** @throws the reason of `signal` when the caller left during the request; the lease is then released */
function acquiredUnlessAborted<T>(lease: RedisLeaseHandle, signal: AbortSignal | undefined): Acquisition<T> {
  if (signal?.aborted) void lease.release();
  signal?.throwIfAborted();
  return { type: 'acquired', lease };
}

/** Requests and releases leases in Redis. A release that Redis misses while unavailable is sent once it is back. */
class LeaseClient {
  readonly #redis: RedisConnection;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #emit: (event: LeaseEvent) => void;
  readonly #held: Set<{ readonly lease: string; readonly owner: string; readonly acquiredAt: number }> = new Set();

  constructor(redis: RedisConnection, store: LeaseStore, clock: Clock, emit: (event: LeaseEvent) => void) {
    this.#redis = redis;
    this.#store = store;
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Returns who holds each lease in this process, and for how long. */
  held(): ReadonlyMap<string, { owner: string; heldMs: number }> {
    const now = this.#clock.monotonic();
    return new Map(
      Array.from(this.#held, ({ acquiredAt, lease, owner }) => [lease, { owner, heldMs: now - acquiredAt }]),
    );
  }

  /** Asks for the lease once. @throws when Redis does not answer, or with an error */
  async tryAcquire(request: AcquireRequest): Promise<RedisLeaseHandle | HeldReply> {
    const { name, owner, ttlMs = DEFAULT_TTL_MS } = request;
    const requestedAt = this.#clock.monotonic();
    try {
      const reply = await this.#store.acquire(name, owner, ttlMs);
      return reply.type === 'held' ? reply : this.#createHandle({ ...request, ttlMs }, reply, requestedAt);
    } catch (error) {
      this.#emit({ type: 'redis_failed', lease: name, error });
      // The request may have been carried out, or may still be, and no process would release that lease.
      const mayHaveRun = !(error instanceof RedisUnavailableError) || error.wasSent;
      if (mayHaveRun) {
        onceReady(this.#redis, { work: () => this.#store.release(this.#store.releaseArguments(name, owner)) });
      }
      throw error;
    }
  }

  #createHandle(
    request: AcquireRequest & { readonly ttlMs: number },
    { fence, previousOwner }: Extract<AcquireReply, { type: 'acquired' }>,
    requestedAt: number,
  ): RedisLeaseHandle {
    const { name: lease, owner, ttlMs, renew = true, maxHoldMs = Number.POSITIVE_INFINITY } = request;
    const release = this.#store.releaseArguments(lease, owner, fence);
    this.#emit({ type: 'acquired', lease, owner, fence, waitedMs: this.#clock.monotonic() - request.startedAt });
    if (previousOwner !== undefined) this.#emit({ type: 'taken_over', lease, owner, previousOwner });
    const holding = { lease, owner, acquiredAt: this.#clock.monotonic() };
    this.#held.add(holding);
    return new RedisLeaseHandle({
      name: lease,
      fence,
      ttlMs,
      renew,
      maxHoldMs,
      requestedAt,
      clock: this.#clock,
      renewInRedis: () => this.#store.renew(lease, owner, ttlMs),
      releaseInRedis: (script, bytes) => {
        const fallback = () => this.#store.release(release);
        return this.#retryRelease(lease, () => script(release), bytes > 0 ? { bytes, fallback } : {});
      },
      release: async (parameters) => ({ wasOurs: await this.#store.release(parameters), result: undefined }),
      onEnded: () => this.#held.delete(holding),
      onRenewed: () => this.#emit({ type: 'renewed', lease, owner }),
      onReleased: (heldMs) => this.#emit({ type: 'released', lease, owner, heldMs }),
      onLost: (reason) => this.#emit({ type: 'lost', lease, owner, reason }),
    });
  }

  async #retryRelease<T>(lease: string, release: () => Promise<T>, retry: Omit<RetryWork, 'work'>): Promise<T> {
    try {
      return await release();
    } catch (error) {
      this.#emit({ type: 'redis_failed', lease, error });
      // Without a retry, waiters would wait until the lease expires.
      if (error instanceof RedisUnavailableError) onceReady(this.#redis, { ...retry, work: release });
      throw error;
    }
  }
}

const innermost = new AsyncLocalStorage<LeaseScope>();

/** Async scope of work that holds a lease; detects that the work asks for the same lease, which would deadlock. */
export class LeaseScope {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #name: string;
  readonly #outer: LeaseScope | undefined = LeaseScope.#running();
  #isOver = false;

  constructor(redis: RedisConnection, prefix: string, name: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#name = name;
  }

  /** Whether the current async context is inside work that holds the lease. */
  static isInside(redis: RedisConnection, prefix: string, name: string): boolean {
    for (let scope = innermost.getStore(); scope; scope = scope.#outer) {
      if (!scope.#isOver && scope.#redis === redis && scope.#prefix === prefix && scope.#name === name) return true;
    }
    return false;
  }

  /** Returns the innermost scope that is not over. Without this, work that reschedules itself would retain all its scopes. */
  static #running(): LeaseScope | undefined {
    let scope = innermost.getStore();
    while (scope !== undefined && scope.#isOver) scope = scope.#outer;
    return scope;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await innermost.run(this, work);
    } finally {
      this.#isOver = true;
    }
  }
}
