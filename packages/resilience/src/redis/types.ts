import type { Redis } from '@upstash/redis';
import type { Unsubscribe } from '../listeners.ts';

/**
 * `ready`: Redis answers and accepts writes. `lost`: it does not, and commands fail at once until `ready`. `error`: an
 * error of the connection. `subscribe_refused`: no messages arrive until an operator runs the command `remedy` in
 * Redis; until then subscribers poll.
 */
export interface RedisEvent {
  readonly type: 'ready' | 'lost' | 'error' | 'subscribe_refused';
  readonly reason?: string;
  readonly remedy?: string;
}

/** One client for every transport. It connects again by itself. */
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
  subscribe(listener: (event: RedisEvent) => void): Unsubscribe;
  /** Calls `listener` when Redis has lost its data: within about 2 s over TCP, a minute over REST. */
  onDataLoss(listener: () => void): Unsubscribe;
  close(): Promise<void>;
}
