import type { UpstashRequest } from '@upstash/redis';

/** Carries the requests of an `@upstash/redis` client, which are those of Upstash's REST API. */
export interface Transport {
  readonly type: 'tcp' | 'rest';
  /** Index of the database. */
  readonly database: number;
  /**
   * Answers as the REST API does: `{result}` or `{error}` for one command, a list of them for a pipeline.
   * @throws {errors.UpstashError} when Redis refused the request; anything else means that it was not reached in time
   */
  send(request: UpstashRequest): Promise<unknown>;
  /** Whether it makes sense to ask Redis for a sign of life now. */
  isConnected(): boolean;
  /** Opens new connections: the host name may lead to another node by now. */
  reconnect(): void;
  close(): void;
}

/** Told by a transport that notices by itself. */
export interface TransportObserver {
  connected(): void;
  disconnected(reason: string): void;
  failed(reason: string): void;
  /** Called when a late reply arrives: Redis may answer again. */
  lateReplyArrived(): void;
  /** Called when Redis refuses a subscription of `user`. */
  subscriptionRefused(reason: string, user: string): void;
}
