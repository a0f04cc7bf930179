import type { Redis as IORedis } from 'ioredis';

type Lines = (line: string) => void;
type Verb = 'subscribe' | 'psubscribe';

/**
 * Channels and patterns over one connection of their own, opened by the first of them. Each subscriber is fed the
 * lines that Upstash's event stream would carry.
 */
export class Subscriptions {
  readonly #connect: () => IORedis;
  readonly #subscribers: Map<string, Set<Lines>> = new Map();
  #connection: IORedis | undefined;

  constructor(connect: () => IORedis) {
    this.#connect = connect;
  }

  /** Resolves when Redis has confirmed. `signal` ends the subscription. */
  async add(verb: Verb, channel: string, lines: Lines, signal: AbortSignal | undefined): Promise<void> {
    const connection = (this.#connection ??= this.#open());
    const key = `${verb},${channel}`;
    const subscribers = this.#subscribers.get(key) ?? new Set();
    this.#subscribers.set(key, subscribers.add(lines));
    signal?.addEventListener('abort', () => this.#remove(verb, channel, lines), { once: true });
    await connection[verb](channel);
    if (subscribers.has(lines)) lines(`${key},1`);
  }

  close(): void {
    this.#subscribers.clear();
    this.#connection?.disconnect();
  }

  #open(): IORedis {
    const connection = this.#connect();
    // It connects and subscribes again by itself; the main connection says what is wrong.
    connection.on('error', () => {});
    connection.on('message', (channel, payload) => {
      this.#feed(`subscribe,${channel}`, `message,${channel},${payload}`);
    });
    connection.on('pmessage', (pattern, channel, payload) => {
      this.#feed(`psubscribe,${pattern}`, `pmessage,${pattern},${channel},${payload}`);
    });
    return connection;
  }

  #feed(key: string, line: string): void {
    for (const lines of this.#subscribers.get(key) ?? []) lines(line);
  }

  #remove(verb: Verb, channel: string, lines: Lines): void {
    const key = `${verb},${channel}`;
    const subscribers = this.#subscribers.get(key);
    if (!subscribers?.delete(lines) || subscribers.size > 0) return;
    this.#subscribers.delete(key);
    const leave = verb === 'subscribe' ? 'unsubscribe' : 'punsubscribe';
    // Refused only when the connection is going away, and the subscription with it.
    this.#connection?.[leave](channel).catch(() => {});
  }
}
