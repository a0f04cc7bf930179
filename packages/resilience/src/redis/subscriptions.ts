import type { Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';
import { isReplyError } from './error-reply.ts';
import { startHeartbeat } from './pulse.ts';

/** Retry interval of a refused subscription: an operator may have granted the permission. */
const RETRY_REFUSED_MS = 5000;

type LineListener = (line: string) => void;
type SubscribeCommand = 'subscribe' | 'psubscribe';

const UNSUBSCRIBE_COMMANDS = { subscribe: 'unsubscribe', psubscribe: 'punsubscribe' } as const;

interface Channel {
  readonly command: SubscribeCommand;
  readonly name: string;
  readonly subscribers: Set<LineListener>;
}

/**
 * Channels and patterns over one connection of their own, opened by the first of them. Each subscriber is fed the
 * lines that Upstash's event stream would carry; besides, `unsubscribe` when the connection breaks, from when on
 * messages are missed, and `subscribe` when they arrive again.
 *
 * When Redis refuses a subscription (the user may lack the permission), `onRefused` is called once and the subscription
 * is retried every 5 s; until it succeeds, the subscriber receives no `subscribe` line and has to poll.
 */
export class Subscriptions {
  readonly #connect: () => IORedis;
  readonly #clock: Clock;
  readonly #channels: Map<string, Channel> = new Map();
  readonly #onRefused: (reason: string) => void;
  readonly #refused: Set<Channel> = new Set();
  #refusalReason: string | undefined;
  #connection: IORedis | undefined;
  #stopHeartbeat: Cancel = () => {};
  #cancelRetry: Cancel = () => {};

  constructor(connect: () => IORedis, clock: Clock, onRefused: (reason: string) => void) {
    this.#connect = connect;
    this.#clock = clock;
    this.#onRefused = onRefused;
  }

  /** Resolves when Redis has confirmed or refused, on this connection or the next one, or when `signal` aborts. */
  async add(verb: SubscribeCommand, name: string, lines: LineListener, signal: AbortSignal | undefined): Promise<void> {
    const connection = (this.#connection ??= this.#open());
    const key = `${verb},${name}`;
    const channel = this.#channels.get(key) ?? { command: verb, name, subscribers: new Set() };
    this.#channels.set(key, channel);
    const over = Promise.withResolvers<void>();
    const feed: LineListener = (line) => {
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
    const failed = (error: unknown) => {
      if (!isReplyError(error)) return over.reject(error);
      this.#markRefused(channel, error.message);
      over.resolve();
    };
    connection[verb](name).then(confirmed, failed);
    return over.promise;
  }

  /** Reconnects; each subscriber receives `unsubscribe` and then `subscribe`. */
  reconnect(): void {
    this.#connection?.disconnect(true);
  }

  close(): void {
    this.#channels.clear();
    this.#refused.clear();
    this.#cancelRetry();
    this.#stopHeartbeat();
    this.#connection?.disconnect();
  }

  #open(): IORedis {
    const connection = this.#connect();
    this.#stopHeartbeat = startHeartbeat(connection, this.#clock);
    // It connects again by itself; the main connection says what is wrong.
    connection.on('error', () => {});
    let isFirst = true;
    connection.on('ready', () => {
      if (!isFirst) for (const channel of this.#channels.values()) void this.#resubscribe(connection, channel);
      isFirst = false;
    });
    connection.on('close', () => {
      for (const { command: verb, name } of this.#channels.values())
        this.#deliver(`${verb},${name}`, `${UNSUBSCRIBE_COMMANDS[verb]},${name},0`);
    });
    connection.on('message', (name, payload) => {
      this.#deliver(`subscribe,${name}`, `message,${name},${payload}`);
    });
    connection.on('pmessage', (pattern, name, payload) => {
      this.#deliver(`psubscribe,${pattern}`, `pmessage,${pattern},${name},${payload}`);
    });
    return connection;
  }

  async #resubscribe(connection: IORedis, channel: Channel): Promise<void> {
    const { command: verb, name } = channel;
    try {
      await connection[verb](name);
    } catch (error) {
      // Otherwise the connection broke again; the next `ready` subscribes again.
      if (isReplyError(error)) this.#markRefused(channel, error.message);
      return;
    }
    this.#refused.delete(channel);
    if (this.#refused.size === 0) this.#refusalReason = undefined;
    this.#deliver(`${verb},${name}`, `${verb},${name},1`);
  }

  #markRefused(channel: Channel, reason: string): void {
    if (this.#channels.get(`${channel.command},${channel.name}`) !== channel) return;
    this.#refused.add(channel);
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.setTimeout(() => this.#retryRefused(), RETRY_REFUSED_MS);
    if (reason === this.#refusalReason) return;
    this.#refusalReason = reason;
    this.#onRefused(reason);
  }

  #retryRefused(): void {
    const connection = this.#connection;
    // A connection that is not ready subscribes to all channels once it is.
    if (connection?.status !== 'ready') return;
    for (const channel of this.#refused) void this.#resubscribe(connection, channel);
  }

  #deliver(key: string, line: string): void {
    for (const lines of this.#channels.get(key)?.subscribers ?? []) lines(line);
  }

  #remove(channel: Channel, lines: LineListener): void {
    const { command: verb, name, subscribers } = channel;
    if (!subscribers.delete(lines) || subscribers.size > 0) return;
    this.#channels.delete(`${verb},${name}`);
    if (this.#refused.delete(channel) && this.#refused.size === 0) this.#cancelRetry();
    // Refused only when the connection is going away, and the subscription with it.
    this.#connection?.[UNSUBSCRIBE_COMMANDS[verb]](name).catch(() => {});
  }
}
