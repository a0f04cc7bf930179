import type { Cache, CacheEvent, LeaseEvent, RedisConnection, RedisEvent } from '@plantcommunity/resilience';
import { KEPT_PROVIDER, type Logger, redactAndCut, runWithoutRequestId } from '@plantcommunity/telemetry';
import type { ProviderName } from '../types.ts';

/**
 * Logs the answer cache of a provider and its leases: Plant.id's alone, as in the replaced system. A connection that ends
 * after `closing` aborts is not reported: this process closes it.
 */
export function logAnswerCache(
  provider: ProviderName,
  { cache, closing, redis }: { cache: Cache; closing: AbortSignal; redis: RedisConnection },
  logger: Logger,
  waitMs: number,
): void {
  if (provider !== KEPT_PROVIDER) return;
  const log = createCacheLog(logger, waitMs);
  // The state of the connection belongs to no request, though one may have noticed it.
  const unsubscribe = redis.subscribe((event) => runWithoutRequestId(() => log.onRedis(event)));
  closing.addEventListener('abort', unsubscribe, { once: true });
  cache.subscribeToLock(log.onLease);
  cache.subscribe(log.onCache);
}

/** Logs the duration of a successful identification by Plant.id; other providers have no such line. */
export function logIdentified(provider: ProviderName, durationMs: number, logger: Logger): void {
  if (provider !== KEPT_PROVIDER) return;
  logger.info(`[PERF] Plant.id identification successful in ${(durationMs / 1_000).toFixed(2)}s`);
}

/**
 * Writes the events of the answer cache and its leases as the log lines that monitors of the replaced system match on;
 * `{h}` there is the start of the (first) photo's hash. Wording and levels are kept, so change neither.
 *
 * @param waitMs how long a lease is waited for
 */
export function createCacheLog(logger: Logger, waitMs: number) {
  const skipping = '(skipping API call)';

  function onLockTimeout(): void {
    const waited = `${waitMs / 1_000}s`;
    logger.warn(`[LOCK] Lock acquisition timed out after ${waited} (proceeding without lock - cache stampede risk)`);
  }

  function onLoading(photo: string, lease: Extract<CacheEvent, { type: 'loading' }>['lease']): void {
    if (lease === 'held') {
      logger.info(`[CACHE] COMPUTING ${photo}`);
      logger.info(`[LOCK] Calling Plant.id API for ${photo}`);
      return;
    }
    if (lease === 'timed_out') onLockTimeout();
    if (lease === 'redis_unavailable') {
      logger.warn('[LOCK] Redis unavailable - skipping lock (cache stampede possible)');
    }
    logger.info(`[CACHE] Calling API for ${photo} (no lock)`);
  }

  function onCache(event: CacheEvent): void {
    const photo = `${photoOf(event.key)}...`;
    const populated = () => logger.info(`[LOCK] Cache populated by another process for ${photo} ${skipping}`);
    switch (event.type) {
      case 'hit':
        logger.info(`[CACHE] HIT for ${photo} (instant)`);
        break;
      case 'miss':
        logger.info(`[CACHE] MISS for ${photo} (acquiring lock)`);
        break;
      case 'joined':
        if (!event.stale) populated();
        break;
      case 'filled_remotely':
        if (event.waitedFor === 'lease') {
          logger.info(`[CACHE] HIT after lock for ${photo}`);
          populated();
        } else {
          logger.info(`[CACHE] Last-chance hit for ${photo}`);
          logger.info(`[LOCK] Lock timeout resolved - cache populated by another process ${skipping}`);
        }
        break;
      case 'loading':
        onLoading(photo, event.lease);
        break;
      case 'early_refresh':
        logger.info(`[CACHE] Early recompute for ${photo}`);
        break;
      case 'redis_failed':
        if (event.during === 'read') logger.warn(`[CACHE] Redis unavailable: ${describe(event.error)}`);
        if (event.during === 'write') logger.warn(`[CACHE] Could not cache key: ${event.key}`);
        break;
      case 'early_refresh_failed':
        logger.debug({ err: event.error }, `[CACHE] Early recompute failed for ${photo}`);
        break;
      case 'stale_served':
        if (event.waitedFor === 'timeout') onLockTimeout();
        logger.info(`[CACHE] STALE for ${photo} (${Math.round(event.ageMs / 1_000)}s old)`);
        break;
      case 'fenced_off':
        logger.warn(`[CACHE] Not cached for ${photo} (a later holder of the lock has the say)`);
        break;
      case 'corrupt':
        logger.warn(`[CACHE] Unreadable entry for ${photo}`);
        break;
      case 'stored':
      case 'restored':
      case 'loaded':
      case 'shared':
      case 'early_refreshed':
      case 'early_refresh_skipped':
        break;
    }
  }

  function onLease(event: LeaseEvent): void {
    const photo = `${photoOf(event.lease)}...`;
    switch (event.type) {
      case 'attempting':
        logger.info(`[LOCK] Attempting lock for ${photo} (id: ${event.owner})`);
        break;
      case 'acquired':
        logger.info(`[LOCK] Lock acquired for ${photo} after ${Math.round(event.waitedMs)}ms (id: ${event.owner})`);
        logger.debug(`[LOCK] Lock holder: ${event.owner}`);
        break;
      case 'taken_over':
        logger.warn(`[LOCK] Took over expired lock for ${photo} (id: ${event.owner}, before: ${event.previousOwner})`);
        break;
      case 'released':
        logger.info(`[LOCK] Released lock for ${photo} (id: ${event.owner})`);
        break;
      case 'lost':
        logger.warn(`[LOCK] Lost lock for ${photo} (id: ${event.owner}): ${redactAndCut(event.reason)}`);
        break;
      // The cache logs what follows from these events.
      case 'renewed':
      case 'done':
      case 'timed_out':
      case 'redis_failed':
        break;
    }
  }

  function onRedis({ reason, type }: RedisEvent): void {
    if (type === 'ready') logger.info('[LOCK] Redis connection verified for distributed locks');
    if (type === 'lost') {
      logger.warn(`[LOCK] Redis not available for distributed locks: ${redactAndCut(reason ?? 'no answer')}`);
    }
  }

  return { onCache, onLease, onRedis };
}

function describe(error: unknown): string {
  return redactAndCut(error instanceof Error ? error.message : String(error));
}

/** Returns the start of the photo's hash in the cache key of a question. */
function photoOf(key: string): string {
  return key.split(':')[1] ?? '';
}
