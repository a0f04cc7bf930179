import type { Redis } from '@upstash/redis';
import type { Unsubscribe } from '../listeners.ts';

/**
 * `ready`: commands are answered, and writes taken. `lost`: they no longer are, and fail at once until `ready`.
 * `error`: what the connection said. `subscribe_refused`: messages do not arrive until `remedy` is typed at Redis; what
 * waits for them polls.
 */
export interface RedisEvent {
  readonly type: 'ready' | 'lost' | 'error' | 'subscribe_refused';
  readonly reason?: string;
  readonly remedy?: string;
}

/** One client for every transport. It connects again by itself. */
export interface RedisConnection {
  readonly redis: Redis;
  readonly transport: 'tcp' | 'rest';
  /**
   * The name under which Redis knows a channel of this database, for scripts that publish. `redis.subscribe` and
   * `redis.publish` take plain names.
   */
  channelOf(name: string): string;
  /** Whether a command would be sent now. */
  isReady(): boolean;
  /** Asks Redis for a sign of life; never throws. */
  probe(): Promise<boolean>;
  subscribe(listener: (event: RedisEvent) => void): Unsubscribe;
  /** Calls `listener` when Redis turns out to have lost its data: within some 2 s over TCP, a minute over REST. */
  onDataLoss(listener: () => void): Unsubscribe;
  close(): Promise<void>;
}
