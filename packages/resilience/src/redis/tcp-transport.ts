import { errors, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import { type ChainableCommander, Redis as IORedis, ReplyError } from 'ioredis';
import type { Clock } from '../clock.ts';
import { type Command, toCommand } from './command.ts';
import { reasonOf } from './redis-unavailable.ts';
import { parseRedisUrl } from './redis-url.ts';
import { replyInTime } from './reply-in-time.ts';
import { ScriptRewrite } from './script-rewrite.ts';
import { Subscriptions } from './subscriptions.ts';
import { failFast, patient } from './tcp-options.ts';
import type { Transport, TransportObserver } from './transport.ts';

type Reply = UpstashResponse<unknown>;

/** Speaks to plain Redis over ioredis and answers as Upstash's REST API would. */
export class TcpTransport implements Transport {
  readonly kind = 'tcp';
  readonly database: number;
  readonly #io: IORedis;
  readonly #timeoutMs: number;
  readonly #scripts: ScriptRewrite = new ScriptRewrite();
  readonly #subscriptions: Subscriptions;

  constructor(url: string, timeoutMs: number, clock: Clock, observer: TransportObserver) {
    this.#timeoutMs = timeoutMs;
    const address = parseRedisUrl(url);
    const options = failFast(timeoutMs);
    this.#io =
      address.kind === 'url'
        ? new IORedis(address.url, options)
        : new IORedis({ ...options, path: address.path, db: address.db });
    this.database = this.#io.options.db ?? 0;
    this.#io.on('ready', () => observer.connected());
    this.#io.on('close', () => observer.disconnected('the connection is closed'));
    this.#io.on('error', (error) => observer.failed(reasonOf(error)));
    this.#subscriptions = new Subscriptions(() => this.#io.duplicate(patient), clock);
  }

  isConnected(): boolean {
    return this.#io.status === 'ready';
  }

  async send(request: UpstashRequest): Promise<unknown> {
    const [path, channel = ''] = request.path ?? [];
    switch (path) {
      case undefined:
        return this.#one(toCommand(request.body));
      case 'pipeline':
        return this.#pipeline(toCommands(request.body));
      case 'multi-exec':
        return this.#transaction(toCommands(request.body));
      case 'subscribe':
      case 'psubscribe':
        await this.#subscriptions.add(path, channel, request.onMessage ?? (() => {}), request.signal);
        return { result: 1 };
      default:
        throw new errors.UpstashError(`ERR no such path: ${path}`);
    }
  }

  close(): void {
    this.#subscriptions.close();
    this.#io.disconnect();
  }

  async #one(command: Command): Promise<Reply> {
    const reply = await this.#call(this.#scripts.rewrite(command));
    const withText = reply.error?.startsWith('NOSCRIPT') ? this.#scripts.withText(command) : undefined;
    return withText ? this.#call(withText) : reply;
  }

  async #call([name, ...args]: Command): Promise<Reply> {
    try {
      return { result: await replyInTime(this.#io.call(name, args), this.#timeoutMs) };
    } catch (error) {
      if (isReplyError(error)) return { error: error.message };
      throw error;
    }
  }

  async #pipeline(commands: readonly Command[]): Promise<Reply[]> {
    return this.#batch(this.#io.pipeline(), commands);
  }

  async #transaction(commands: readonly Command[]): Promise<Reply[]> {
    try {
      return await this.#batch(this.#io.multi(), commands);
    } catch (error) {
      // The client expects a list of replies, so a transaction refused as a whole can only be thrown.
      if (isReplyError(error)) throw new errors.UpstashError(error.message, { cause: error });
      throw error;
    }
  }

  async #batch(batch: ChainableCommander, commands: readonly Command[]): Promise<Reply[]> {
    for (const command of commands) {
      // There is no second try after NOSCRIPT here, so a script we know is sent with its text.
      const [name, ...args] = this.#scripts.withText(command) ?? this.#scripts.rewrite(command);
      batch.call(name, args);
    }
    const replies = await replyInTime(batch.exec(), this.#timeoutMs);
    return (replies ?? []).map(toReply);
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

function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}
