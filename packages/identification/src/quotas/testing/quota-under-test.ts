import { type Clock, createLeases, type RedisConnection } from '@plantcommunity/resilience';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import type { Provider } from '../../provider.ts';
import { ProviderQuota } from '../provider-quota.ts';
import type { Quota, QuotaLimits } from '../quota.ts';
import { QuotaStore } from '../quota-store.ts';
import type { UsePerDay } from '../use-per-day.ts';
import { usePerDayInMemory } from './use-per-day.ts';

/** The real quota of a provider, on the Redis that it is given. */
export function quotaUnderTest(parts: {
  provider: Pick<Provider, 'name' | 'usage'>;
  redis: RedisConnection;
  clock: Clock;
  /** First part of every key in Redis. */
  prefix: string;
  limits?: QuotaLimits | undefined;
  usePerDay?: UsePerDay;
  logger?: Logger;
}): Quota {
  const { clock, limits = {}, logger = createLogger({ level: 'silent' }), prefix, provider, redis } = parts;
  return new ProviderQuota({
    provider,
    limits,
    timeoutMs: 35_000,
    store: new QuotaStore(redis, provider.name, prefix),
    leases: createLeases({ redis, prefix, owner: 'test', clock }),
    redis,
    usePerDay: parts.usePerDay ?? usePerDayInMemory(),
    clock,
    logger,
    closing: new AbortController().signal,
  });
}
