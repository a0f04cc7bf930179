import type { Cache, CacheEvent, LeaseEvent } from '@plantcommunity/resilience';
import type { Metrics } from '@plantcommunity/telemetry';
import type { CacheLookup, ProviderName } from '../types.ts';

/** Counts the events of a provider's answer cache and of its leases. `onLookup` learns where each question found an answer. */
export function measureAnswerCache(
  provider: ProviderName,
  cache: Pick<Cache, 'subscribe' | 'subscribeToLock'>,
  metrics: Metrics['cache'],
  onLookup?: (lookup: CacheLookup) => void,
): void {
  metrics.watchProvider(provider);
  cache.subscribe(onCache);
  cache.subscribeToLock(onLease);

  // Stale answers are counted where they are given: most of them need no load.
  function onCache(event: CacheEvent): void {
    // A question looks once; a load that begins later and finds the answer is no second look.
    if (event.type === 'hit' && event.by === 'peek') recordLookup(event.source);
    if (event.type === 'miss') recordLookup('miss');
    if (event.type === 'loading') metrics.recordLoad(provider);
    // A stale answer that callers share saved no load: the load failed, or was not tried.
    if (event.type === 'filled_remotely' || (event.type === 'joined' && !event.stale))
      metrics.recordSavedLoad(provider);
    if (event.type === 'shared') metrics.recordConcurrentCallers(provider, afterTheFirst(event));
    if (event.type === 'early_refreshed') metrics.recordEarlyRefresh(provider, 'refreshed');
    if (event.type === 'early_refresh_skipped') metrics.recordEarlyRefresh(provider, 'skipped');
    if (event.type === 'early_refresh_failed') metrics.recordEarlyRefresh(provider, 'failed');
  }

  function recordLookup(result: CacheLookup['result']): void {
    metrics.recordLookup(provider, result);
    onLookup?.({ provider, result });
  }

  function onLease(event: LeaseEvent): void {
    if (event.type === 'acquired') metrics.recordLeaseAcquired(provider, event.waitedMs);
    if (event.type === 'done') metrics.recordLeaseNotNeeded(provider, event.waitedMs);
    // An early refresh tries once and does not wait for the process that has the lease.
    if (event.type === 'timed_out' && event.waitMs > 0) metrics.recordLeaseTimeout(provider, event.waitedMs);
  }
}

/** Leaves out the first caller of an answer and its load; if another process was loading the answer, it is there. */
function afterTheFirst({ callers, isLoadedElsewhere, loads }: Extract<CacheEvent, { type: 'shared' }>) {
  return isLoadedElsewhere ? { callers, loads } : { callers: callers - 1, loads: loads - 1 };
}
