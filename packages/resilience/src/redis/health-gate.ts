import { errors, type Requester, type UpstashRequest, type UpstashResponse } from '@upstash/redis';
import type { Cancel, Clock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { errorCauseOf, isReplicaError, parseErrorReply, RedisUnavailableError, reasonOf } from './errors.ts';
import { DatabaseChannels } from './subscriptions.ts';
import type { EndedCommand, RedisEvent, Transport, TransportObserver } from './types.ts';

/** Interval of probes while Redis is unavailable. */
const PROBE_INTERVAL_MS = 1000;

const PROBE_KEYS = ['string', 'hash', 'sorted-set', 'list'].map((type) => `{sign-of-life}:${type}`);
const PROBE_TTL_MS = '60000';

/**
 * Writes one value of each type that our scripts and commands write, so that Redis counts as available only if it
 * accepts such writes from this user. A PING would also succeed on a replica, without memory, and without permission
 * for scripts. KEYS string, hash, sorted set, list; in one slot of a cluster. ARGV ms to keep them. Returns 1.
 */
const PROBE_SCRIPT = `
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
redis.call('HSET', KEYS[2], 'sign', '1')
redis.call('ZADD', KEYS[3], 1, 'sign')
redis.call('DEL', KEYS[4])
redis.call('RPUSH', KEYS[4], 'sign')
for key = 2, 4 do redis.call('PEXPIRE', KEYS[key], ARGV[1]) end
return 1
`;

const PROBE: UpstashRequest = {
  body: ['EVAL', PROBE_SCRIPT, String(PROBE_KEYS.length), ...PROBE_KEYS, PROBE_TTL_MS],
};

/**
 * A health gate between the client and a transport. Once Redis has not answered, or has rejected writes, commands fail
 * at once, so that a request waits at most one time limit in total for a dead Redis. While Redis is unavailable, a
 * background probe, which writes, runs once a second.
 */
export class RedisHealthGate implements Requester, TransportObserver {
  readonly #clock: Clock;
  readonly #onCommand: ((command: EndedCommand) => void) | undefined;
  readonly #listeners: Listeners<RedisEvent> = new Listeners();
  #transport: Transport | undefined;
  #channels: DatabaseChannels = new DatabaseChannels(0);
  #status: RedisEvent = { type: 'lost', reason: 'not connected yet' };
  #lastError: string | undefined;
  /** The last refusal of a single command that was reported, so that each is reported once. */
  #lastRefusal: string | undefined;
  #nextRefusalProbeAt = Number.NEGATIVE_INFINITY;
  #nextReconnectAt = Number.NEGATIVE_INFINITY;
  #cancelProbe: Cancel = () => {};
  #isClosed = false;
  /** Whether a probe after a late reply is in flight. */
  #isProbingLateReply = false;

  constructor(clock: Clock, onCommand?: (command: EndedCommand) => void) {
    this.#clock = clock;
    this.#onCommand = onCommand;
  }

  /** Sets the transport, which needs this gate as its observer first. */
  attach(transport: Transport): void {
    this.#transport = transport;
    this.#channels = new DatabaseChannels(transport.database);
  }

  channelOf(name: string): string {
    return this.#channels.nameOf(name);
  }

  get isReady(): boolean {
    return this.#status.type === 'ready';
  }

  /** Adds a listener and calls it with the current state. */
  subscribe(listener: (event: RedisEvent) => void): Unsubscribe {
    listener(this.#status);
    return this.#listeners.add(listener);
  }

  request<TResult>(request: UpstashRequest): Promise<UpstashResponse<TResult>> {
    // A subscription ends with its subscriber.
    if (this.#onCommand === undefined || isSubscription(request)) return this.#request(request);
    return this.#measure(() => this.#request(request), this.#onCommand);
  }

  async #measure<T>(send: () => Promise<T>, onCommand: (command: EndedCommand) => void): Promise<T> {
    const startedAt = this.#clock.monotonic();
    let outcome: EndedCommand['outcome'] = 'error';
    try {
      const reply = await send();
      if (errorIn(reply) === undefined) outcome = 'ok';
      return reply;
    } catch (error) {
      if (error instanceof RedisUnavailableError) outcome = 'unavailable';
      throw error;
    } finally {
      onCommand({ outcome, durationMs: this.#clock.monotonic() - startedAt });
    }
  }

  async #request<TResult>(request: UpstashRequest): Promise<UpstashResponse<TResult>> {
    if (!this.isReady) {
      const isClosed = this.#isClosed;
      throw new RedisUnavailableError(this.#status.reason ?? 'lost', { wasSent: false, isClosed });
    }
    // Only the command that was sent knows the type of its reply.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return (await this.#send(this.#channels.scope(request))) as UpstashResponse<TResult>;
  }

  /** Probes whether Redis accepts our writes now. */
  async probe(): Promise<boolean> {
    if (this.#isClosed || !this.#transport?.isConnected()) return false;
    try {
      const refusal = errorIn(await this.#transport.send(PROBE));
      if (refusal === undefined) this.#markReady();
      else this.#markRefused(errorCauseOf(refusal));
      return refusal === undefined;
    } catch (error) {
      if (isErrorReply(error)) this.#markRefused(errorCauseOf(error.message));
      else if (!(error instanceof RedisUnavailableError)) this.disconnected(reasonOf(error));
      return false;
    }
  }

  /** Probes now and then once a second until Redis is ready. */
  async probeUntilReady(): Promise<void> {
    if (!(await this.probe())) this.disconnected(this.#status.reason ?? 'no answer');
  }

  /** Probes first, since a connected Redis may still reject writes. */
  connected(): void {
    void this.probeUntilReady();
  }

  disconnected(reason: string): void {
    this.#cancelProbe();
    if (this.#isClosed) return;
    this.#cancelProbe = this.#clock.setTimeout(() => void this.probeUntilReady(), PROBE_INTERVAL_MS);
    // The last error of the connection says more than that it is closed.
    const status: RedisEvent = { type: 'lost', reason: this.#lastError ?? reason };
    if (this.isReady) this.#setStatus(status);
    else this.#status = status;
  }

  /** Reports an error once, however often it repeats, as while connecting to a dead Redis. */
  failed(reason: string): void {
    if (reason === this.#lastError) return;
    this.#lastError = reason;
    this.#listeners.emit({ type: 'error', reason });
  }

  /** Probes once, however many late replies arrive together. */
  lateReplyArrived(): void {
    if (this.isReady || this.#isClosed || this.#isProbingLateReply) return;
    this.#isProbingLateReply = true;
    this.#cancelProbe();
    void this.probeUntilReady().finally(() => {
      this.#isProbingLateReply = false;
    });
  }

  subscriptionRefused(reason: string, user: string): void {
    this.#listeners.emit({ type: 'subscribe_refused', reason, remedy: this.#channels.grantCommand(user, reason) });
  }

  /** Listeners that still listen get `lost`: without Redis a circuit has to decide alone. */
  close(): void {
    if (this.#isClosed) return;
    const wasReady = this.isReady;
    this.#isClosed = true;
    this.#cancelProbe();
    this.#status = { type: 'lost', reason: 'closed' };
    this.#transport?.close();
    if (wasReady) this.#listeners.emit(this.#status);
  }

  async #send(request: UpstashRequest): Promise<unknown> {
    try {
      const reply = await this.#transport?.send(request);
      const refusal = errorIn(reply);
      if (refusal !== undefined) this.#checkErrorReply(refusal);
      return reply;
    } catch (error) {
      // The transport gave up the command, or Redis refuses all commands.
      if (error instanceof RedisUnavailableError) throw error;
      if (isErrorReply(error)) {
        this.#checkErrorReply(error.message, error);
        throw error;
      }
      this.disconnected(reasonOf(error));
      throw new RedisUnavailableError(reasonOf(error), { wasSent: true, cause: error });
    }
  }

  /**
   * Checks whether an error reply concerns more than its command.
   * @throws {RedisUnavailableError} if it concerns every command; batches may have run in part
   */
  #checkErrorReply(message: string, error?: unknown): void {
    const refusal = parseErrorReply(message);
    if (refusal?.scope === 'command') void this.#probeAfterRefusal(refusal.cause);
    if (refusal?.scope !== 'server') return;
    this.#markRefused(refusal.cause);
    throw new RedisUnavailableError(refusal.cause, { wasSent: true, cause: error });
  }

  #markRefused(cause: string): void {
    // Becomes the reason of the event `lost`; if Redis is lost already, only a new cause is reported.
    if (this.isReady) this.#lastError = cause;
    else this.failed(cause);
    this.disconnected(cause);
    const now = this.#clock.monotonic();
    if (this.#isClosed || !isReplicaError(cause) || now < this.#nextReconnectAt) return;
    this.#nextReconnectAt = now + PROBE_INTERVAL_MS;
    this.#transport?.reconnect();
  }

  /** Probes whether an error of one command concerns all commands. */
  async #probeAfterRefusal(cause: string): Promise<void> {
    const now = this.#clock.monotonic();
    if (now < this.#nextRefusalProbeAt) return;
    this.#nextRefusalProbeAt = now + PROBE_INTERVAL_MS;
    if (!(await this.probe()) || cause === this.#lastRefusal) return;
    this.#lastRefusal = cause;
    this.#listeners.emit({ type: 'error', reason: cause });
  }

  #markReady(): void {
    this.#cancelProbe();
    this.#lastError = undefined;
    if (!this.#isClosed && !this.isReady) this.#setStatus({ type: 'ready' });
  }

  #setStatus(status: RedisEvent): void {
    this.#status = status;
    this.#listeners.emit(status);
  }
}

/** Whether Redis itself gave the error. A body that is no JSON comes from a proxy in between. */
function isErrorReply(error: unknown): error is errors.UpstashError {
  return error instanceof errors.UpstashError && !(error instanceof errors.UpstashJSONParseError);
}

function isSubscription({ path: [path] = [] }: UpstashRequest): boolean {
  return path === 'subscribe' || path === 'psubscribe';
}

/** Returns the first error in one reply or a list of replies. */
function errorIn(reply: unknown): string | undefined {
  if (Array.isArray(reply)) return reply.map(errorIn).find((error) => error !== undefined);
  if (typeof reply !== 'object' || reply === null || !('error' in reply)) return undefined;
  return typeof reply.error === 'string' ? reply.error : undefined;
}
