import type { UpstashRequest } from '@upstash/redis';
import type { Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';
import { isReplyError } from './errors.ts';

/** Retry interval of a refused subscription: an operator may have granted the permission. */
const RETRY_REFUSED_MS = 5000;

type LineListener = (line: string) => void;
type SubscribeCommand = 'subscribe' | 'psubscribe';

const UNSUBSCRIBE = { subscribe: 'unsubscribe', psubscribe: 'punsubscribe' } as const;

interface Channel {
  readonly command: SubscribeCommand;
  /** Name of the channel, or a pattern. */
  readonly name: string;
  readonly subscribers: Set<LineListener>;
}

/**
 * Channels and patterns over one connection of their own, opened by the first of them. Each subscriber receives the
 * lines that Upstash's event stream would carry. In addition, it receives `unsubscribe` when the connection breaks, since
 * it misses messages from then on, and `subscribe` when messages arrive again.
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
  async add(
    command: SubscribeCommand,
    name: string,
    listener: LineListener,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = (this.#connection ??= this.#open());
    const key = `${command},${name}`;
    const channel = this.#channels.get(key) ?? { command, name, subscribers: new Set() };
    this.#channels.set(key, channel);
    const settled = Promise.withResolvers<void>();
    const subscriber: LineListener = (line) => {
      listener(line);
      if (line === `${key},1`) settled.resolve();
    };
    channel.subscribers.add(subscriber);
    const abort = () => {
      this.#remove(channel, subscriber);
      settled.resolve();
    };
    signal?.addEventListener('abort', abort, { once: true });
    // If the connection closes before the reply, this promise never settles, and the next connection confirms.
    const confirm = () => channel.subscribers.has(subscriber) && subscriber(`${key},1`);
    const fail = (error: unknown) => {
      if (!isReplyError(error)) return settled.reject(error);
      this.#markRefused(channel, error.message);
      settled.resolve();
    };
    connection[command](name).then(confirm, fail);
    return settled.promise;
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
    // It reconnects by itself, and the main connection reports the error.
    connection.on('error', () => {});
    let isFirst = true;
    let isReady = false;
    connection.on('ready', () => {
      if (!isFirst) for (const channel of this.#channels.values()) void this.#resubscribe(connection, channel);
      isFirst = false;
      isReady = true;
    });
    connection.on('close', () => {
      // A failed attempt to reconnect closes, too.
      if (!isReady) return;
      isReady = false;
      for (const { command, name } of this.#channels.values()) {
        this.#deliver(`${command},${name}`, `${UNSUBSCRIBE[command]},${name},0`);
      }
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
    const { command, name } = channel;
    try {
      await connection[command](name);
    } catch (error) {
      // After any other error the connection broke again, and the next `ready` subscribes again.
      if (isReplyError(error)) this.#markRefused(channel, error.message);
      return;
    }
    this.#refused.delete(channel);
    if (this.#refused.size === 0) this.#refusalReason = undefined;
    this.#deliver(`${command},${name}`, `${command},${name},1`);
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
    for (const subscriber of this.#channels.get(key)?.subscribers ?? []) subscriber(line);
  }

  #remove(channel: Channel, subscriber: LineListener): void {
    const { command, name, subscribers } = channel;
    if (!subscribers.delete(subscriber) || subscribers.size > 0) return;
    this.#channels.delete(`${command},${name}`);
    if (this.#refused.delete(channel) && this.#refused.size === 0) this.#cancelRetry();
    // Fails only while the connection closes, and the subscription ends with it.
    this.#connection?.[UNSUBSCRIBE[command]](name).catch(() => {});
  }
}

const HEARTBEAT_INTERVAL_MS = 30_000;
const HEARTBEAT_TIMEOUT_MS = 5000;

/**
 * Sends a PING every 30 s, and gives up a connection that does not answer within 5 s, so that it reconnects: NAT gateways
 * and load balancers drop idle connections silently, and a connection that only receives would wait forever.
 */
function startHeartbeat(
  connection: Pick<IORedis, 'disconnect' | 'off' | 'once' | 'ping' | 'status'>,
  clock: Clock,
): Cancel {
  let cancel: Cancel;
  const schedule = () => {
    cancel = clock.setTimeout(() => void beat(), HEARTBEAT_INTERVAL_MS);
  };
  async function beat(): Promise<void> {
    schedule();
    if (connection.status !== 'ready') return;
    let isOver = false;
    const giveUp = () => isOver || connection.disconnect(true);
    // Reads pending replies first, since this process may have been busy: immediates run after sockets, timers before.
    const cancelGiveUp = clock.setTimeout(() => setImmediate(giveUp), HEARTBEAT_TIMEOUT_MS);
    const end = () => {
      isOver = true;
      cancelGiveUp();
    };
    // After a disconnect the PING never settles; the client then opens a new connection.
    connection.once('close', end);
    await connection.ping().catch(() => {});
    end();
    connection.off('close', end);
  }
  schedule();
  return () => cancel();
}

const SUBSCRIBE_PATHS: ReadonlySet<unknown> = new Set(['subscribe', 'psubscribe']);
const BATCH_PATHS: ReadonlySet<unknown> = new Set(['pipeline', 'multi-exec']);

/**
 * Separates the Pub/Sub channels of the databases of one Redis, which keeps keys per database but channels per server.
 * Appends the index of the database to every channel and pattern of a request: as a suffix, so that ACL patterns
 * (`&prefix:*`) still match. Subscribers see the plain names.
 */
export class DatabaseChannels {
  readonly #suffix: string;

  /** @param database index of the connection; 0 over REST */
  constructor(database: number) {
    this.#suffix = `@db${database}`;
  }

  /** Returns the channel name in Redis; for scripts, in whose arguments a client cannot recognize channels. */
  nameOf(channel: string): string {
    return channel + this.#suffix;
  }

  /** Returns the Redis command that grants `user` the permission that is missing according to a refused SUBSCRIBE. */
  grantCommand(user: string, refusal: string): string {
    return `ACL SETUSER ${user} ${refusal.includes('channel') ? `&*${this.#suffix}` : '+subscribe'}`;
  }

  /** Returns the request with its channels, if any, renamed to those of the database. */
  scope(request: UpstashRequest): UpstashRequest {
    if (!request.path) {
      const body = this.#scopeCommand(request.body);
      return body === request.body ? request : { ...request, body };
    }
    const [path, channel = ''] = request.path;
    if (SUBSCRIBE_PATHS.has(path)) return this.#scopeSubscription(request, String(path), channel);
    if (BATCH_PATHS.has(path) && Array.isArray(request.body)) {
      return { ...request, body: request.body.map((command: unknown) => this.#scopeCommand(command)) };
    }
    return request;
  }

  #scopeCommand(body: unknown): unknown {
    if (!Array.isArray(body) || typeof body[0] !== 'string' || body[0].toUpperCase() !== 'PUBLISH') return body;
    return body.map((part: unknown, at) => (at === 1 ? this.nameOf(String(part)) : part));
  }

  #scopeSubscription(request: UpstashRequest, command: string, channel: string): UpstashRequest {
    const { onMessage } = request;
    const path = [command, this.nameOf(channel)];
    return onMessage
      ? { ...request, path, onMessage: (line) => onMessage(this.#withPlainName(line, channel)) }
      : { ...request, path };
  }

  /** Restores plain names in a line: `type,channel,payload`, or `pmessage,pattern,channel,payload`. */
  #withPlainName(line: string, channel: string): string {
    const type = line.slice(0, line.indexOf(','));
    const head = `${type},${this.nameOf(channel)},`;
    if (!line.startsWith(head)) return line;
    const rest = line.slice(head.length);
    return `${type},${channel},${type === 'pmessage' ? rest.replace(`${this.#suffix},`, ',') : rest}`;
  }
}
