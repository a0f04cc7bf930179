import { RedisUnavailableError } from './errors.ts';
import type { RedisConnection } from './types.ts';

/** Maximum tries while Redis seems to be available. */
const MAX_TRIES = 3;
/** Maximum bytes of queued values on one connection. */
const MAX_QUEUED_BYTES = 4_194_304;
const MAX_QUEUED = 10_000;

/** A write that is retried until Redis has it. */
export interface RetryWork {
  /** Must be idempotent. */
  readonly work: () => Promise<unknown>;
  /** Bytes that the work sends, if many. */
  readonly bytes?: number;
  /** Small work that is queued instead when this work is given up. */
  readonly fallback?: () => Promise<unknown>;
}

interface QueuedWork extends RetryWork {
  tries: number;
}

const queues = new WeakMap<RedisConnection, RetryQueue>();

/**
 * Retries a write once Redis is available. No caller waits for it, so other errors are ignored. Retries run one after
 * the other, so that they do not delay commands that callers wait for. Each is given up after three tries, and at once
 * when too many bytes are queued.
 */
export function onceReady(redis: RedisConnection, retry: RetryWork): void {
  const queue = queues.get(redis) ?? new RetryQueue(redis);
  queues.set(redis, queue);
  queue.add(retry);
}

class RetryQueue {
  readonly #redis: RedisConnection;
  readonly #queued: QueuedWork[] = [];
  #bytes = 0;
  #isRunning = false;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
    redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#run();
    });
  }

  add({ work, bytes = 0, fallback }: RetryWork): void {
    if (this.#queued.length >= MAX_QUEUED) return;
    if (bytes > 0 && this.#bytes + bytes > MAX_QUEUED_BYTES) {
      if (fallback) this.add({ work: fallback });
      return;
    }
    this.#bytes += bytes;
    this.#queued.push({ work, bytes, tries: 0, ...(fallback && { fallback }) });
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        const isOver = await this.#try(next);
        if (!isOver) continue;
        this.#queued.splice(this.#queued.indexOf(next), 1);
        this.#bytes -= next.bytes ?? 0;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Returns the next work. Small work comes first, because it releases leases that others wait for. */
  #next(): QueuedWork | undefined {
    if (!this.#redis.isReady()) return undefined;
    return this.#queued.find(({ bytes }) => bytes === 0) ?? this.#queued[0];
  }

  /** @returns whether the work is done or given up */
  async #try(retry: QueuedWork): Promise<boolean> {
    try {
      await retry.work();
      return true;
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) return true;
      // Redis became unavailable before the work was sent: that does not count as a try.
      if (!error.wasSent && !this.#redis.isReady()) return false;
      retry.tries += 1;
      if (retry.tries < MAX_TRIES) return false;
      if (retry.fallback) this.add({ work: retry.fallback });
      return true;
    }
  }
}
