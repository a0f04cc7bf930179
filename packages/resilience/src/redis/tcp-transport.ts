import { TLSSocket } from 'node:tls';
import { errors, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import { type ChainableCommander, Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';
import { type Command, LargeCommands, toCommand } from './command.ts';
import { isReplyError, reasonOf } from './errors.ts';
import { afterSilence, ReplyTimeoutError, withReplyTimeout } from './reply-timeout.ts';
import { Subscriptions } from './subscriptions.ts';
import type { IORedisOptions, TcpSettings, Transport, TransportObserver } from './types.ts';
import { UpstashScriptCompat } from './upstash-script-compat.ts';

type Reply = UpstashResponse<unknown>;
type NetStream = IORedis['stream'];

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;
/** A connection on which Redis owes a reply is given up after so much silence. */
const SILENCE_MS = 500;
/** Time limit of the PING after a late reply. */
const CONFIRM_MS = 30;

/**
 * Options for commands: fail fast. No command is queued or retried; only the connection is. `withReplyTimeout` limits the
 * time of replies. The socket timeout of ioredis stays off: it fires while a busy process has unread replies.
 */
export const COMMAND_OPTIONS: IORedisOptions = {
  // With RESP 3, replies come in shapes that the client does not know.
  protocol: 2,
  // After a close, a server that hangs keeps this process alive no longer.
  disconnectTimeout: SILENCE_MS,
  disableClientInfo: true,
  // The check needs INFO, which many users may not run; our own probe checks more.
  enableReadyCheck: false,
  retryStrategy: (attempt) => Math.min(RETRY_FIRST_MS * 2 ** attempt, RETRY_MAX_MS),
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // An interrupted command may have run.
  autoResendUnfulfilledCommands: false,
};

/** Options for the connection that subscribes: it queues commands and waits for the connection. */
export const SUBSCRIBER_OPTIONS: IORedisOptions = {
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  // `Subscriptions` subscribes again itself, and sees refusals.
  autoResubscribe: false,
  // The server of an abandoned connection may not answer the close.
  disconnectTimeout: 100,
};

/** Options of a caller's client that would change when commands are sent, or what they mean. */
const NEUTRAL_OPTIONS: IORedisOptions = {
  lazyConnect: false,
  enableAutoPipelining: false,
  keyPrefix: '',
  stringNumbers: false,
};

/** Time limits in milliseconds: of each command, and of opening a connection. */
export interface TcpTimeLimits {
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
}

/** Sends requests to plain Redis over ioredis and answers as Upstash's REST API would. */
export class TcpTransport implements Transport {
  readonly type = 'tcp';
  readonly database: number;
  readonly #io: IORedis;
  readonly #timeoutMs: number;
  readonly #scripts: UpstashScriptCompat = new UpstashScriptCompat();
  readonly #subscriptions: Subscriptions;
  readonly #observer: TransportObserver;
  readonly #large: LargeCommands = new LargeCommands();
  /** The PING in flight after a late reply. */
  #confirmation: Promise<unknown> | undefined;
  #cancelSilenceWatch: Cancel = () => {};
  /** The socket watched for silence, and the bytes received when the watch began. */
  #silenceWatch: { readonly stream: NetStream; readonly bytesBefore: number } | undefined;

  constructor(settings: TcpSettings, limits: TcpTimeLimits, clock: Clock, observer: TransportObserver) {
    this.#timeoutMs = limits.timeoutMs;
    this.#io = connect(settings, limits.connectTimeoutMs);
    this.database = this.#io.options.db ?? 0;
    this.#observer = observer;
    // A connection is not probed before Redis has confirmed AUTH and SELECT.
    const { db, password, username } = this.#io.options;
    if (password || db) this.#io.on('connect', () => this.#watchSilence(limits.connectTimeoutMs));
    this.#io.on('ready', () => observer.connected());
    this.#io.on('close', () => observer.disconnected('the connection is closed'));
    this.#io.on('error', (error) => observer.failed(reasonOf(error)));
    this.#subscriptions = new Subscriptions(
      () => this.#io.duplicate(SUBSCRIBER_OPTIONS),
      clock,
      (reason) => observer.subscriptionRefused(reason, username ?? 'default'),
    );
  }

  isConnected(): boolean {
    return this.#io.status === 'ready';
  }

  async send(request: UpstashRequest): Promise<unknown> {
    const [path, channel = ''] = request.path ?? [];
    switch (path) {
      case undefined:
        return this.#runCommand(toCommand(request.body));
      case 'pipeline':
        return this.#runBatch(this.#io.pipeline(), toCommands(request.body));
      case 'multi-exec':
        return this.#runTransaction(toCommands(request.body));
      case 'subscribe':
      case 'psubscribe':
        await this.#subscriptions.add(path, channel, request.onMessage ?? (() => {}), request.signal);
        return { result: 1 };
      default:
        throw new errors.UpstashError(`ERR no such path: ${path}`);
    }
  }

  reconnect(): void {
    this.#subscriptions.reconnect();
    this.#io.disconnect(true);
  }

  close(): void {
    this.#subscriptions.close();
    this.#cancelSilenceWatch();
    this.#io.disconnect();
  }

  async #runCommand(command: Command): Promise<Reply> {
    const reply = await this.#execute(this.#scripts.adapt(command));
    const withText = reply.error?.startsWith('NOSCRIPT') ? this.#scripts.withText(command) : undefined;
    return withText ? this.#execute(withText) : reply;
  }

  async #execute(command: Command): Promise<Reply> {
    const [name, ...args] = command;
    try {
      return { result: await this.#withTimeout([command], () => this.#io.call(name, args)) };
    } catch (error) {
      if (isReplyError(error)) return { error: error.message };
      throw error;
    }
  }

  async #runTransaction(commands: readonly Command[]): Promise<Reply[]> {
    try {
      return await this.#runBatch(this.#io.multi(), commands);
    } catch (error) {
      // The client expects a list of replies, so a transaction refused as a whole can only be thrown.
      if (isReplyError(error)) throw new errors.UpstashError(error.message, { cause: error });
      throw error;
    }
  }

  async #runBatch(batch: ChainableCommander, commands: readonly Command[]): Promise<Reply[]> {
    const sent: Command[] = [];
    for (const command of commands) {
      // A batch is not retried after NOSCRIPT, so a known script is sent with its text.
      const [name, ...args] = this.#scripts.withText(command) ?? this.#scripts.adapt(command);
      sent.push([name, ...args]);
      batch.call(name, args);
    }
    const replies = await this.#withTimeout(sent, () => batch.exec());
    return (replies ?? []).map(toReply);
  }

  async #withTimeout<T>(commands: readonly Command[], send: () => Promise<T>): Promise<T> {
    const end = this.#large.begin(commands);
    const timeoutMs = this.#timeoutMs + this.#large.delayMs;
    const reply = send();
    reply.then(end, end);
    try {
      return await withReplyTimeout(reply, timeoutMs, this.#bytesReceived);
    } catch (error) {
      if (error instanceof ReplyTimeoutError) return this.#confirmSilence(reply);
      throw error;
    }
  }

  /** Sends a PING after a late reply. Redis counts as silent only if the PING is late, too. */
  async #confirmSilence<T>(reply: Promise<T>): Promise<T> {
    this.#confirmation ??= withReplyTimeout(this.#ping(), CONFIRM_MS, this.#bytesReceived).finally(() => {
      this.#confirmation = undefined;
    });
    const confirmed = this.#confirmation.then(() => withReplyTimeout(reply, CONFIRM_MS, this.#bytesReceived));
    try {
      // Replies come in order.
      return await Promise.race([reply, confirmed]);
    } catch (error) {
      if (!(error instanceof ReplyTimeoutError)) throw error;
      this.#watchSilence();
      reply.then(
        () => this.#observer.lateReplyArrived(),
        (late: unknown) => isReplyError(late) && this.#observer.lateReplyArrived(),
      );
      throw error;
    }
  }

  /** Sends a PING. An error reply, as for a user without this permission, proves that Redis answers, too. */
  async #ping(): Promise<void> {
    try {
      await this.#io.ping();
    } catch (error) {
      if (!isReplyError(error)) throw error;
    }
  }

  readonly #bytesReceived = (): number => (this.#io.stream as NetStream | undefined)?.bytesRead ?? 0;

  /** Watches for silence. Does not restart a running watch: further late replies must not postpone its end. */
  #watchSilence(silenceMs: number = SILENCE_MS): void {
    const { stream } = this.#io;
    const bytesBefore = stream.bytesRead;
    if (this.#silenceWatch?.stream === stream && this.#silenceWatch.bytesBefore === bytesBefore) return;
    this.#cancelSilenceWatch();
    this.#silenceWatch = { stream, bytesBefore };
    const giveUp = () => {
      this.#silenceWatch = undefined;
      if (stream.bytesRead !== bytesBefore || stream.destroyed) return;
      this.#observer.failed(`Redis was silent for ${silenceMs} ms`);
      // After a normal close the system would still send buffered commands, before those of the next connection. Only
      // plain TCP can be reset.
      if (stream instanceof TLSSocket || stream.remoteAddress === undefined) stream.destroy();
      else stream.resetAndDestroy();
    };
    this.#cancelSilenceWatch = afterSilence(silenceMs, () => stream.bytesRead, giveUp);
  }
}

function connect(settings: TcpSettings, connectTimeout: number): IORedis {
  const options = { ...COMMAND_OPTIONS, connectTimeout };
  if ('ioredis' in settings) return new IORedis({ ...settings.ioredis, ...NEUTRAL_OPTIONS, ...options });
  const address = parseRedisUrl(settings.url);
  if (address.type === 'url') return new IORedis(address.url, options);
  return new IORedis({ ...options, path: address.path, db: address.db });
}

/** What ioredis takes: a URL, or the path of a unix socket with a database index. */
type RedisAddress =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'socket'; readonly path: string; readonly db: number };

/**
 * Parses `redis://` and `rediss://` with `/database`, and `unix:///path/of.sock` with `?db=`.
 * @throws {TypeError} for any other URL; quotes its scheme at most, since the rest may hold a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  // The error of `new URL` carries its input.
  if (!URL.canParse(url)) throw new TypeError('a Redis URL begins with redis://, rediss:// or unix://');
  const { protocol, pathname, searchParams, hostname } = new URL(url);
  switch (protocol) {
    case 'redis:':
    case 'rediss:':
      // With a `/` in the password, `URL` takes the rest of the password for the path.
      if (!/^\/?\d*$/.test(pathname)) {
        throw new TypeError('a Redis URL ends in /database, a number; a / in its password is written %2F');
      }
      return { type: 'url', url };
    case 'unix:': {
      const db = Number(searchParams.get('db') ?? 0);
      if (hostname || !pathname) throw new TypeError('a unix socket needs three slashes: unix:///path/of.sock');
      if (!Number.isSafeInteger(db) || db < 0) throw new TypeError('db of a Redis URL is a number of 0 or more');
      return { type: 'socket', path: decodeURIComponent(pathname), db };
    }
    default:
      throw new TypeError(`a Redis URL begins with redis://, rediss:// or unix://, got ${protocol}`);
  }
}

function toCommands(body: unknown): Command[] {
  if (!Array.isArray(body)) throw new errors.UpstashError('ERR not a list of commands');
  return body.map(toCommand);
}

function toReply([error, result]: [error: Error | null, result: unknown]): Reply {
  if (!error) return { result };
  if (isReplyError(error)) return { error: error.message };
  throw error;
}
