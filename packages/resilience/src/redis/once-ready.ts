import type { RedisConnection } from './redis-connection.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';

/** Maximum tries while Redis seems to be available. */
const TRIES = 3;
/** Maximum bytes of queued values on one connection. */
const MOST_BYTES = 4_194_304;
const MOST_QUEUED = 10_000;

/** A write that is retried until Redis has it. */
export interface RetryWork {
  /** Must be idempotent. */
  readonly work: () => Promise<unknown>;
  /** Bytes that the work sends, if many. */
  readonly bytes?: number;
  /** Small fallback, queued when the work is given up. */
  readonly orElse?: () => Promise<unknown>;
}

interface Waiting extends RetryWork {
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
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #isRunning = false;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
    redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#run();
    });
  }

  add({ work, bytes = 0, orElse }: RetryWork): void {
    if (this.#waiting.length >= MOST_QUEUED) return;
    if (bytes > 0 && this.#bytes + bytes > MOST_BYTES) {
      if (orElse) this.add({ work: orElse });
      return;
    }
    this.#bytes += bytes;
    this.#waiting.push({ work, bytes, tries: 0, ...(orElse && { orElse }) });
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        const isOver = await this.#try(next);
        if (!isOver) continue;
        this.#waiting.splice(this.#waiting.indexOf(next), 1);
        this.#bytes -= next.bytes ?? 0;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Returns the next work. Small work first: it releases leases that others wait for. */
  #next(): Waiting | undefined {
    if (!this.#redis.isReady()) return undefined;
    return this.#waiting.find(({ bytes }) => bytes === 0) ?? this.#waiting[0];
  }

  /** @returns whether the work is done or given up */
  async #try(retry: Waiting): Promise<boolean> {
    try {
      await retry.work();
      return true;
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) return true;
      // Redis went away before the work was sent: that does not count as a try.
      if (!error.wasSent && !this.#redis.isReady()) return false;
      retry.tries += 1;
      if (retry.tries < TRIES) return false;
      if (retry.orElse) this.add({ work: retry.orElse });
      return true;
    }
  }
}
