import {
  type Cache,
  type CacheLock,
  type Clock,
  createCache,
  createSingleFlight,
  type Lifetime,
  type RedisConnection,
} from '@plantcommunity/resilience';
import type { Logger, Metrics } from '@plantcommunity/telemetry';
import { logAnswerCache } from '../observability/cache-log.ts';
import { measureAnswerCache } from '../observability/cache-metrics.ts';
import { traceCache, traceLeases } from '../observability/spans.ts';
import type { ProviderDefinition } from '../providers/definition.ts';
import { createRecallIds, type RecallIds } from '../providers/recall-ids.ts';
import type { ProviderAnswer } from '../types.ts';
import type { IdentificationOptions } from './service.ts';

export interface AnswerCacheOptions {
  definition: Pick<ProviderDefinition, 'name' | 'canRecall'>;
  /** Lets one process ask the provider what several want to know. */
  lock: Omit<CacheLock, 'decorate' | 'owner'>;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  /** Aborts when the service closes. */
  closing: AbortSignal;
  metrics: Metrics['cache'];
  /** Hooks of the service's caller. */
  observer: Pick<IdentificationOptions, 'onLease' | 'onLookup'>;
  /** First part of every key in Redis. */
  prefix: string;
}

/** Answers in the memory of this process: a few kilobytes each. */
const MEMORY_ENTRIES = 1_000;

/** The cached answers of one provider, its calls in flight, and the recall ids of paid answers. */
export interface AnswerCache {
  readonly cache: Cache;
  readonly callsInFlight: CallsInFlight;
  /** Undefined if answers of this provider cannot be recalled. */
  readonly recallIds: RecallIds | undefined;
}

/** Creates the answer cache of one provider, with recall ids if its answers can be recalled. */
export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { clock, closing, definition, lock, logger, metrics, observer, prefix, redis } = options;
  const answers = createCache({
    redis,
    prefix,
    memory: { maxEntries: MEMORY_ENTRIES },
    lock: { ...lock, owner: definition.name, decorate: (leases) => traceLeases(definition.name, leases) },
    clock,
  });
  const cache = traceCache(definition.name, answers);
  logAnswerCache(definition.name, { redis, cache, closing }, logger, lock.waitMs);
  measureAnswerCache(definition.name, cache, metrics, observer.onLookup);
  cache.subscribeToLock((event) => observer.onLease?.(definition.name, event));
  const callsInFlight = createCallsInFlight({ redis, prefix, clock });
  if (!definition.canRecall) return { cache, callsInFlight, recallIds: undefined };

  const recallIds = createRecallIds({ redis, prefix, clock });
  cache.subscribe(({ key, type }) => {
    if (type === 'stored') recallIds.discard(key);
    if (type === 'fenced_off') recallIds.forget(key);
  });
  return { cache, callsInFlight, recallIds };
}

/** TTL of a poor answer: another photo, or another model next week, may well say more. */
const POOR_ANSWER_TTL_MS = 3_600_000;

function isPoor({ candidates, isPlant }: ProviderAnswer, poorBelowScore: number): boolean {
  const [best] = candidates;
  return !isPlant || best === undefined || (best.score ?? 0) < poorBelowScore;
}

/** Returns how long every answer is cached at least, in milliseconds. */
export function shortestAnswerTtlMs(usual: Lifetime): number {
  return Math.min(usual.ttlMs, POOR_ANSWER_TTL_MS);
}

/** Returns the lifetime of an answer. A poor one lives for an hour, is never served stale and never replaces a better one. */
export function answerLifetime(
  answer: ProviderAnswer,
  { poorBelowScore }: Pick<ProviderDefinition, 'poorBelowScore'>,
  usual: Lifetime,
): Lifetime {
  if (!isPoor(answer, poorBelowScore)) return usual;
  const ttlMs = shortestAnswerTtlMs(usual);
  return { ttlMs, staleMs: ttlMs, provisional: true };
}

/** TTL of the record of a call whose process died: longer than any call may take. */
const CALL_RECORD_TTL_MS = 90_000;

/** Shares the start times of calls in flight with other processes, which may be waiting for the answers. */
export interface CallsInFlight {
  /** Records that this process sends a call for the question `key`. */
  add(key: string): void;
  /** Removes the record: the call is over. */
  remove(key: string): void;
  /** Returns the age of the call in flight for the question, in ms; undefined when none is known. Never throws. */
  age(key: string): Promise<number | undefined>;
}

/** @param options.prefix prefix of the cache: all keys of a question share its hash tag, and so a slot of a cluster */
function createCallsInFlight(options: { redis: RedisConnection; prefix: string; clock: Clock }): CallsInFlight {
  const { clock, prefix, redis } = options;
  const nameOf = (key: string): string => `${prefix}:{${key}}:departed`;
  /** Requests for the same photo at the same time share a look-up. */
  const lookups = createSingleFlight();
  return {
    add: (key) => void redis.client.set(nameOf(key), clock.now(), { px: CALL_RECORD_TTL_MS }).catch(() => undefined),
    remove: (key) => void redis.client.del(nameOf(key)).catch(() => undefined),
    async age(key) {
      if (!redis.isReady()) return undefined;
      const look = (): Promise<unknown> => redis.client.get(nameOf(key)).catch(() => undefined);
      const { value: sentAt } = await lookups.run(key, look);
      return typeof sentAt === 'number' ? Math.max(0, clock.now() - sentAt) : undefined;
    },
  };
}
