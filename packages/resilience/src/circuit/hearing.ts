import type { Cancel, Clock } from '../clock.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

const LOOK_FIRST_MS = 250;

type Subscriber = ReturnType<RedisConnection['redis']['subscribe']>;

export interface HearingOptions {
  readonly redis: RedisConnection;
  readonly channel: string;
  readonly clock: Clock;
  hear(message: unknown): void;
  /** Asks Redis for what may have been missed; never rejects. */
  look(): Promise<void>;
  /** How long a change may go unnoticed while nothing can be heard. */
  patienceMs(): number;
  /** Looking is needed though messages arrive. */
  mustLook(): boolean;
}

/**
 * Keeps a process informed. Over TCP one subscription hears of every change, and nothing is asked. Over REST, and while
 * the subscription is broken, Redis is asked, less and less often while nothing changes.
 */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #unwatch: Unsubscribe;
  #subscriber: Subscriber | undefined;
  #hears = false;
  #waitMs = LOOK_FIRST_MS;
  #cancel: Cancel = () => {};
  #closed = false;

  constructor(options: HearingOptions) {
    this.#options = options;
    this.#unwatch = options.redis.subscribe(({ type }) => {
      if (type === 'ready') this.#listen();
    });
    this.lookSoon();
  }

  /** Something changed, so more may: asks often again, if it has to ask. */
  lookSoon(): void {
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
    void this.#options.look();
    if (this.#subscriber || redis.transport !== 'tcp') return;
    const subscriber = redis.redis.subscribe(channel);
    this.#subscriber = subscriber;
    subscriber.on('message', ({ message }) => this.#options.hear(message));
    // Also when it is there again: what was said meanwhile was missed.
    subscriber.on('subscribe', () => {
      this.#hears = true;
      this.#plan();
      void this.#options.look();
    });
    subscriber.on('unsubscribe', () => this.#isDeaf());
    subscriber.on('error', () => {
      this.#subscriber = undefined;
      this.#isDeaf();
    });
  }

  #isDeaf(): void {
    this.#hears = false;
    this.lookSoon();
  }

  #plan(): void {
    this.#cancel();
    if (this.#closed || (this.#hears && !this.#options.mustLook())) return;
    this.#cancel = this.#options.clock.setTimeout(() => void this.#look(), this.#waitMs);
  }

  async #look(): Promise<void> {
    this.#waitMs = Math.min(this.#waitMs * 2, this.#options.patienceMs());
    if (this.#options.redis.isReady()) await this.#options.look();
    this.#plan();
  }
}
