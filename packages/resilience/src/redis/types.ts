import type { Redis, UpstashRequest } from '@upstash/redis';
import type { RedisOptions as AllIORedisOptions } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Unsubscribe } from '../listeners.ts';

/** Options of ioredis, but for one that would change the type of its replies. */
export type IORedisOptions = Omit<AllIORedisOptions, 'replyMapping'>;

/**
 * Where Redis is. `url`: `redis://`, `rediss://` (with `/database`) or `unix:///path/of.sock`. `restUrl`: Upstash.
 * `ioredis`: options of an ioredis client (its `options`), for what a URL cannot say, such as sentinels and certificates.
 * The client itself cannot be used: one that queues or retries commands does not fail fast.
 */
export type RedisSettings = TcpSettings | RestSettings;

export type TcpSettings = { readonly url: string } | { readonly ioredis: IORedisOptions };

export interface RestSettings {
  readonly restUrl: string;
  readonly token: string;
}

export interface RedisOptions {
  /** Time limit of each command, 1 or more; 100 over TCP and 500 over REST unless given. */
  readonly timeoutMs?: number;
  /** Over TCP: how long opening a connection may take, and then the reply to its password, 1 or more; 500 unless given. */
  readonly connectTimeoutMs?: number;
  /** How long to wait for Redis before resolving without it, 0 or more; 1000 unless given. */
  readonly readyWaitMs?: number;
  readonly clock?: Clock;
  /** Called at the end of each command and each batch of the client, except subscriptions. */
  readonly onCommand?: (command: EndedCommand) => void;
}

/**
 * A command or batch. `error`: Redis refused it or a part of it; `unavailable`: Redis did not answer or refuses all
 * commands.
 */
export interface EndedCommand {
  readonly outcome: 'ok' | 'error' | 'unavailable';
  /** Time until the reply or the error; 0 for a command that was not sent, because Redis was known to be unavailable. */
  readonly durationMs: number;
}

/**
 * State of a connection. `ready`: Redis answers and accepts writes. `lost`: it does not, or this process has closed the
 * connection, and commands fail at once until `ready`. `error`: an error of the connection. `subscribe_refused`: no messages arrive until an operator runs the
 * command `remedy` in Redis; until then subscribers poll.
 */
export interface RedisEvent {
  readonly type: 'ready' | 'lost' | 'error' | 'subscribe_refused';
  readonly reason?: string;
  readonly remedy?: string;
}

/** A connection that is the same for every transport. It reconnects by itself. */
export interface RedisConnection {
  readonly client: Redis;
  readonly transport: 'tcp' | 'rest';
  /**
   * Returns the name in Redis of a channel of this database, for scripts that publish. `client.subscribe` and
   * `client.publish` take plain names.
   */
  channelOf(name: string): string;
  /** Whether a command would be sent now. */
  isReady(): boolean;
  /** Asks Redis for a sign of life; never throws. */
  probe(): Promise<boolean>;
  /** Adds a listener and calls it with the current state. */
  subscribe(listener: (event: RedisEvent) => void): Unsubscribe;
  /** Calls `listener` when Redis has lost its data: within about 2 s over TCP, a minute over REST. */
  onDataLoss(listener: () => void): Unsubscribe;
  close(): Promise<void>;
}

/** Carries the requests of an `@upstash/redis` client, which are those of Upstash's REST API. */
export interface Transport {
  readonly type: 'tcp' | 'rest';
  /** Index of the database. */
  readonly database: number;
  /**
   * Answers as the REST API does: `{result}` or `{error}` for one command, a list of them for a pipeline.
   * @throws {errors.UpstashError} when Redis refused the request; any other error means that Redis did not answer in time
   */
  send(request: UpstashRequest): Promise<unknown>;
  /** Whether a probe makes sense now. */
  isConnected(): boolean;
  /** Opens new connections: the host name may lead to another node by now. */
  reconnect(): void;
  close(): void;
}

/** Receives what a transport notices by itself. */
export interface TransportObserver {
  connected(): void;
  disconnected(reason: string): void;
  failed(reason: string): void;
  /** A late reply arrived: Redis may answer again. */
  lateReplyArrived(): void;
  /** Redis refused a subscription of `user`. */
  subscriptionRefused(reason: string, user: string): void;
}
