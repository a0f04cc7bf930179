import { errors, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import type { Cancel, Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { DatabaseChannels } from './database-channels.ts';
import type { RedisEvent } from './redis-connection.ts';
import { RedisUnavailableError, reasonOf } from './redis-unavailable.ts';
import type { Transport, TransportObserver } from './transport.ts';

/** How long a Redis that did not answer is left alone before it is asked for a sign of life. */
const SKIP_MS = 1000;

/**
 * Stands between the client and a transport: once Redis has failed to answer, commands fail at once, so that a
 * request waits for a dead Redis no longer than one time limit in all. A PING about once a second, sent by nobody's
 * request, finds out when it is back.
 */
export class RedisGuard implements Requester, TransportObserver {
  readonly #clock: Clock;
  readonly #listeners: Listeners<RedisEvent> = new Listeners();
  #transport: Transport | undefined;
  #channels: DatabaseChannels = new DatabaseChannels(0);
  #status: RedisEvent = { type: 'lost', reason: 'not connected yet' };
  #lastError: string | undefined;
  #cancelProbe: Cancel = () => {};
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The transport needs its observer first. */
  attach(transport: Transport): void {
    this.#transport = transport;
    this.#channels = new DatabaseChannels(transport.database);
  }

  channelOf(name: string): string {
    return this.#channels.nameOf(name);
  }

  get isUp(): boolean {
    return this.#status.type === 'ready';
  }

  /** Tells the new listener how things stand first. */
  subscribe(listener: (event: RedisEvent) => void): Unsubscribe {
    listener(this.#status);
    return this.#listeners.add(listener);
  }

  async request<TResult>(request: UpstashRequest): Promise<UpstashResponse<TResult>> {
    if (!this.isUp) throw new RedisUnavailableError(this.#status.reason ?? 'lost', { wasSent: false });
    // What a reply holds is known only to the command that asked.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (await this.#send(this.#channels.scope(request))) as UpstashResponse<TResult>;
  }

  async probe(): Promise<boolean> {
    if (this.#closed || !this.#transport?.isConnected()) return false;
    try {
      await this.#send({ body: ['PING'] });
      this.connected();
      return true;
    } catch (error) {
      // A refusal, as of a wrong password; why there was no answer is known already.
      if (isAnswer(error)) this.failed(reasonOf(error));
      return false;
    }
  }

  /** Asks now and, until there is an answer, once a second. */
  async probeAgain(): Promise<void> {
    if (!(await this.probe())) this.disconnected(this.#status.reason ?? 'no answer');
  }

  connected(): void {
    this.#cancelProbe();
    this.#lastError = undefined;
    if (!this.#closed && !this.isUp) this.#become({ type: 'ready' });
  }

  disconnected(reason: string): void {
    this.#cancelProbe();
    if (this.#closed) return;
    this.#cancelProbe = this.#clock.setTimeout(() => void this.probeAgain(), SKIP_MS);
    // What the connection said last tells more than that it is closed.
    const status: RedisEvent = { type: 'lost', reason: this.#lastError ?? reason };
    if (this.isUp) this.#become(status);
    else this.#status = status;
  }

  /** The same fault again and again, as while connecting to a dead Redis, is told once. */
  failed(reason: string): void {
    if (reason === this.#lastError) return;
    this.#lastError = reason;
    this.#listeners.emit({ type: 'error', reason });
  }

  answered(): void {
    if (this.isUp || this.#closed) return;
    this.#cancelProbe();
    void this.probeAgain();
  }

  close(): void {
    this.#closed = true;
    this.#cancelProbe();
    this.#status = { type: 'lost', reason: 'closed' };
    this.#transport?.close();
  }

  async #send(request: UpstashRequest): Promise<unknown> {
    try {
      return await this.#transport?.send(request);
    } catch (error) {
      // The transport itself refused a command, or gave one up: Redis does answer.
      if (isAnswer(error) || error instanceof RedisUnavailableError) throw error;
      this.disconnected(reasonOf(error));
      throw new RedisUnavailableError(reasonOf(error), { wasSent: true, cause: error });
    }
  }

  #become(status: RedisEvent): void {
    this.#status = status;
    this.#listeners.emit(status);
  }
}

/** An error that Redis itself gave. A body that is no JSON comes from something in between. */
function isAnswer(error: unknown): boolean {
  return error instanceof errors.UpstashError && !(error instanceof errors.UpstashJSONParseError);
}
