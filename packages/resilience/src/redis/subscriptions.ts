import type { Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';
import { keepPulse } from './pulse.ts';

type Lines = (line: string) => void;
type Verb = 'subscribe' | 'psubscribe';

const LEAVE = { subscribe: 'unsubscribe', psubscribe: 'punsubscribe' } as const;

interface Channel {
  readonly verb: Verb;
  readonly name: string;
  readonly subscribers: Set<Lines>;
}

/**
 * Channels and patterns over one connection of their own, opened by the first of them. Each subscriber is fed the
 * lines that Upstash's event stream would carry; besides, `unsubscribe` when the connection breaks, from when on
 * messages are missed, and `subscribe` when they arrive again.
 */
export class Subscriptions {
  readonly #connect: () => IORedis;
  readonly #clock: Clock;
  readonly #channels: Map<string, Channel> = new Map();
  #connection: IORedis | undefined;
  #endPulse: Cancel = () => {};

  constructor(connect: () => IORedis, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** Resolves when Redis has confirmed, on this connection or the next, or nobody waits for it. `signal` ends it. */
  async add(verb: Verb, name: string, lines: Lines, signal: AbortSignal | undefined): Promise<void> {
    const connection = (this.#connection ??= this.#open());
    const key = `${verb},${name}`;
    const channel = this.#channels.get(key) ?? { verb, name, subscribers: new Set() };
    this.#channels.set(key, channel);
    const over = Promise.withResolvers<void>();
    const feed: Lines = (line) => {
      lines(line);
      if (line === `${key},1`) over.resolve();
    };
    channel.subscribers.add(feed);
    const leave = () => {
      this.#remove(channel, feed);
      over.resolve();
    };
    signal?.addEventListener('abort', leave, { once: true });
    // Under way when its connection closes, it never settles: the next one confirms.
    const confirmed = () => channel.subscribers.has(feed) && feed(`${key},1`);
    connection[verb](name).then(confirmed, over.reject);
    return over.promise;
  }

  close(): void {
    this.#channels.clear();
    this.#endPulse();
    this.#connection?.disconnect();
  }

  #open(): IORedis {
    const connection = this.#connect();
    this.#endPulse = keepPulse(connection, this.#clock);
    // It connects again by itself; the main connection says what is wrong.
    connection.on('error', () => {});
    let isFirst = true;
    connection.on('ready', () => {
      if (!isFirst) for (const channel of this.#channels.values()) void this.#renew(connection, channel);
      isFirst = false;
    });
    connection.on('close', () => {
      for (const { verb, name } of this.#channels.values()) this.#feed(`${verb},${name}`, `${LEAVE[verb]},${name},0`);
    });
    connection.on('message', (name, payload) => {
      this.#feed(`subscribe,${name}`, `message,${name},${payload}`);
    });
    connection.on('pmessage', (pattern, name, payload) => {
      this.#feed(`psubscribe,${pattern}`, `pmessage,${pattern},${name},${payload}`);
    });
    return connection;
  }

  async #renew(connection: IORedis, { verb, name }: Channel): Promise<void> {
    try {
      await connection[verb](name);
    } catch {
      // It broke once more, and will be ready once more.
      return;
    }
    this.#feed(`${verb},${name}`, `${verb},${name},1`);
  }

  #feed(key: string, line: string): void {
    for (const lines of this.#channels.get(key)?.subscribers ?? []) lines(line);
  }

  #remove({ verb, name, subscribers }: Channel, lines: Lines): void {
    if (!subscribers.delete(lines) || subscribers.size > 0) return;
    this.#channels.delete(`${verb},${name}`);
    // Refused only when the connection is going away, and the subscription with it.
    this.#connection?.[LEAVE[verb]](name).catch(() => {});
  }
}
