import type { Cancel, Clock } from '../clock.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/types.ts';

const LOOK_FIRST_MS = 250;

type Subscriber = ReturnType<RedisConnection['client']['subscribe']>;

export interface StateSyncOptions {
  readonly redis: RedisConnection;
  readonly channel: string;
  readonly clock: Clock;
  onMessage(message: unknown): void;
  /** Asks Redis for what may have been missed; never rejects. */
  poll(): Promise<void>;
  /** How long a change may go unnoticed while nothing can be heard. */
  maxStalenessMs(): number;
  /** Looking is needed though messages arrive. */
  mustPoll(): boolean;
}

/**
 * Keeps a process informed. Over TCP one subscription hears of every change, and nothing is asked. Over REST, and while
 * the subscription is broken, Redis is asked, less and less often while nothing changes.
 */
export class StateSync {
  readonly #options: StateSyncOptions;
  readonly #unwatch: Unsubscribe;
  #subscriber: Subscriber | undefined;
  #hears = false;
  #waitMs = LOOK_FIRST_MS;
  #cancel: Cancel = () => {};
  #closed = false;

  constructor(options: StateSyncOptions) {
    this.#options = options;
    this.#unwatch = options.redis.subscribe(({ type }) => {
      if (type === 'ready') this.#listen();
    });
    this.pollSoon();
  }

  /** Something changed, so more may: asks often again, if it has to ask. */
  pollSoon(): void {
    this.#waitMs = LOOK_FIRST_MS;
    this.#plan();
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    this.#cancel();
    void this.#subscriber?.unsubscribe();
  }

  #listen(): void {
    const { redis, channel } = this.#options;
    void this.#options.poll();
    if (this.#subscriber || redis.transport !== 'tcp') return;
    const subscriber = redis.client.subscribe(channel);
    this.#subscriber = subscriber;
    subscriber.on('message', ({ message }) => this.#options.onMessage(message));
    // Also when it is there again: what was said meanwhile was missed.
    subscriber.on('subscribe', () => {
      this.#hears = true;
      this.#plan();
      void this.#options.poll();
    });
    subscriber.on('unsubscribe', () => this.#isDeaf());
    subscriber.on('error', () => {
      this.#subscriber = undefined;
      this.#isDeaf();
    });
  }

  #isDeaf(): void {
    this.#hears = false;
    this.pollSoon();
  }

  #plan(): void {
    this.#cancel();
    if (this.#closed || (this.#hears && !this.#options.mustPoll())) return;
    this.#cancel = this.#options.clock.setTimeout(() => void this.#look(), this.#waitMs);
  }

  async #look(): Promise<void> {
    this.#waitMs = Math.min(this.#waitMs * 2, this.#options.maxStalenessMs());
    if (this.#options.redis.isReady()) await this.#options.poll();
    this.#plan();
  }
}
