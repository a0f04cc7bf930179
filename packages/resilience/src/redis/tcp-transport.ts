import { TLSSocket } from 'node:tls';
import { errors, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import { type ChainableCommander, Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';
import { LargeCommands } from './big-commands.ts';
import { type Command, toCommand } from './command.ts';
import { isReplyError } from './error-reply.ts';
import { reasonOf } from './errors.ts';
import { parseRedisUrl } from './redis-url.ts';
import { afterSilence, ReplyTimeoutError, withReplyTimeout } from './reply-timeout.ts';
import { Subscriptions } from './subscriptions.ts';
import { commandOptions, SILENCE_MS, subscriberOptions } from './tcp-options.ts';
import type { Transport, TransportObserver } from './transport.ts';
import { UpstashScriptCompat } from './upstash-script-compat.ts';

type Reply = UpstashResponse<unknown>;
type NetStream = IORedis['stream'];

/** Time limit of the PING after a late reply. */
const CONFIRM_MS = 30;

/** Speaks to plain Redis over ioredis and answers as Upstash's REST API would. */
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
  #confirmPing: Promise<unknown> | undefined;
  #cancelSilenceWatch: Cancel = () => {};
  /** The socket watched for silence, and the bytes received when the watch began. */
  #silenceWatch: { readonly stream: NetStream; readonly before: number } | undefined;

  constructor(url: string, timeoutMs: number, clock: Clock, observer: TransportObserver) {
    this.#timeoutMs = timeoutMs;
    const address = parseRedisUrl(url);
    this.#io =
      address.type === 'url'
        ? new IORedis(address.url, commandOptions)
        : new IORedis({ ...commandOptions, path: address.path, db: address.db });
    this.database = this.#io.options.db ?? 0;
    this.#observer = observer;
    // A connection is not probed before Redis has confirmed AUTH and SELECT.
    const { db, password, username } = this.#io.options;
    if (password || db) this.#io.on('connect', () => this.#watchSilence());
    this.#io.on('ready', () => observer.connected());
    this.#io.on('close', () => observer.disconnected('the connection is closed'));
    this.#io.on('error', (error) => observer.failed(reasonOf(error)));
    this.#subscriptions = new Subscriptions(
      () => this.#io.duplicate(subscriberOptions),
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
        return this.#runPipeline(toCommands(request.body));
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

  async #runPipeline(commands: readonly Command[]): Promise<Reply[]> {
    return this.#runBatch(this.#io.pipeline(), commands);
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
      // There is no second try after NOSCRIPT here, so a script we know is sent with its text.
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
    this.#confirmPing ??= withReplyTimeout(this.#ping(), CONFIRM_MS, this.#bytesReceived).finally(() => {
      this.#confirmPing = undefined;
    });
    try {
      // Replies come in order.
      return await Promise.race([
        reply,
        this.#confirmPing.then(() => withReplyTimeout(reply, CONFIRM_MS, this.#bytesReceived)),
      ]);
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
  #watchSilence(): void {
    const { stream } = this.#io;
    const before = stream.bytesRead;
    if (this.#silenceWatch?.stream === stream && this.#silenceWatch.before === before) return;
    this.#cancelSilenceWatch();
    this.#silenceWatch = { stream, before };
    const giveUp = () => {
      this.#silenceWatch = undefined;
      if (stream.bytesRead !== before || stream.destroyed) return;
      this.#observer.failed(`Redis was silent for ${SILENCE_MS} ms`);
      // After a normal close the system would still send buffered commands, before those of the next connection. Only
      // plain TCP can be reset.
      if (stream instanceof TLSSocket || stream.remoteAddress === undefined) stream.destroy();
      else stream.resetAndDestroy();
    };
    this.#cancelSilenceWatch = afterSilence(SILENCE_MS, () => stream.bytesRead, giveUp);
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
