import type { Cancel, Clock } from './clock.ts';
import type { Unsubscribe } from './listeners.ts';
import type { RedisConnection } from './redis/types.ts';

/** Intervals of polling: the first one, doubled with each poll. */
export interface Polling {
  readonly firstMs: number;
  /** Longest interval at this moment. */
  maxMs(): number;
  /** Whether to poll even while messages arrive. */
  isRequired(): boolean;
}

export interface ChannelListenerOptions {
  readonly redis: RedisConnection;
  readonly channel: string;
  readonly clock: Clock;
  onMessage(message: unknown): void;
  /** Fetches changes whose messages may have been missed. Never rejects. */
  catchUp(): void | Promise<void>;
  /** Without it, only `ready` and a new subscription call `catchUp`. */
  readonly polling?: Polling;
}

type Subscriber = ReturnType<RedisConnection['client']['subscribe']>;

/**
 * Keeps a process informed of changes that others publish on a channel.
 *
 * Over TCP it subscribes once Redis is ready. Over REST, and while the subscription is down, it polls by `catchUp`. It
 * also catches up when Redis becomes ready and after each subscription, since messages in between were missed.
 */
export class ChannelListener {
  readonly #options: ChannelListenerOptions;
  readonly #stopWatching: Unsubscribe;
  #subscriber: Subscriber | undefined;
  #isSubscribed = false;
  #intervalMs = 0;
  #cancelPoll: Cancel = () => {};
  #isClosed = false;

  constructor(options: ChannelListenerOptions) {
    this.#options = options;
    this.#stopWatching = options.redis.subscribe(({ type }) => {
      if (type === 'ready') this.#start();
    });
    this.pollSoon();
  }

  /** Starts over with the first interval: after one change, more may follow. */
  pollSoon(): void {
    this.#intervalMs = this.#options.polling?.firstMs ?? 0;
    this.#schedulePoll();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
    this.#cancelPoll();
    void this.#subscriber?.unsubscribe();
  }

  #start(): void {
    const { redis, channel } = this.#options;
    void this.#options.catchUp();
    if (this.#subscriber || redis.transport !== 'tcp') return;
    const subscriber = redis.client.subscribe(channel);
    this.#subscriber = subscriber;
    subscriber.on('message', ({ message }) => this.#options.onMessage(message));
    subscriber.on('subscribe', () => {
      this.#isSubscribed = true;
      this.#schedulePoll();
      void this.#options.catchUp();
    });
    subscriber.on('unsubscribe', () => this.#markUnsubscribed());
    subscriber.on('error', () => {
      // The next `ready` subscribes again.
      this.#subscriber = undefined;
      void subscriber.unsubscribe();
      this.#markUnsubscribed();
    });
  }

  #markUnsubscribed(): void {
    this.#isSubscribed = false;
    this.pollSoon();
  }

  #schedulePoll(): void {
    this.#cancelPoll();
    const { clock, polling } = this.#options;
    if (!polling || this.#isClosed || (this.#isSubscribed && !polling.isRequired())) return;
    this.#cancelPoll = clock.setTimeout(() => void this.#poll(polling), this.#intervalMs);
  }

  async #poll(polling: Polling): Promise<void> {
    this.#intervalMs = Math.min(this.#intervalMs * 2, polling.maxMs());
    if (this.#options.redis.isReady()) await this.#options.catchUp();
    this.#schedulePoll();
  }
}
