import { type Cache, type Clock, createCache, type RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { createCacheLog } from '../observability/cache-log.ts';
import type { ProviderName } from '../types.ts';
import { type CallsInFlight, createCallsInFlight } from './calls-in-flight.ts';
import { createRecallIds, type RecallIds } from './recall-ids.ts';

/** How processes take turns at asking a provider the same question. */
export interface AnswerLock {
  /** How long to wait for another process' call; longer than a call may take. */
  waitMs: number;
  /** How long a process that is gone keeps the others waiting. */
  ttlMs: number;
  /** Whether it is prolonged while the call runs. */
  renew: boolean;
}

export interface AnswerCacheOptions {
  provider: ProviderName;
  lock: AnswerLock;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  /** First part of every key in Redis: `answer` unless given. */
  prefix?: string;
}

/** Answers kept in this process: a few kilobytes each. */
const MEMORY_ENTRIES = 1_000;

/** The cached answers of one provider, its calls in flight, and the recall ids of paid answers. */
export interface AnswerCache {
  readonly cache: Cache;
  readonly callsInFlight: CallsInFlight;
  /** Undefined if answers of this provider are free, or cannot be recalled. */
  readonly recallIds: RecallIds | undefined;
}

/** Creates the answer cache of one provider, with recall ids if its answers are paid and can be recalled. */
export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { clock, lock, logger, provider, prefix = 'answer', redis } = options;
  const cache = createCache({
    redis,
    prefix,
    memory: { maxEntries: MEMORY_ENTRIES },
    lock: { ...lock, owner: provider },
    clock,
  });
  const callsInFlight = createCallsInFlight({ redis, prefix, clock });
  if (provider !== 'plant_id') return { cache, callsInFlight, recallIds: undefined };

  const log = createCacheLog(logger, lock.waitMs);
  redis.subscribe(log.onRedis);
  cache.subscribeToLock(log.onLease);
  cache.subscribe(log.onCache);

  const tickets = createRecallIds({ redis, prefix, clock });
  cache.subscribe(({ key, type }) => {
    if (type === 'stored') tickets.discard(key);
    if (type === 'fenced_off') tickets.forget(key);
  });
  return { cache, callsInFlight, recallIds: tickets };
}
