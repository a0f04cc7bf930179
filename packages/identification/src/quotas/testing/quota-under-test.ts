import { type Clock, createLeases, type RedisConnection } from '@plantcommunity/resilience';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import type { ProviderClient } from '../../types.ts';
import type { DailyUsage } from '../daily-usage.ts';
import { ProviderQuota } from '../provider-quota.ts';
import { QuotaStore } from '../store.ts';
import type { Quota, QuotaLimits } from '../types.ts';
import { dailyUsageInMemory } from './daily-usage.ts';

/** The real quota of a provider, on the Redis that it is given. */
export function quotaUnderTest(parts: {
  provider: Pick<ProviderClient, 'name' | 'usage'>;
  redis: RedisConnection;
  clock: Clock;
  /** First part of every key in Redis. */
  prefix: string;
  limits?: QuotaLimits | undefined;
  dailyUsage?: DailyUsage;
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
    dailyUsage: parts.dailyUsage ?? dailyUsageInMemory(),
    clock,
    logger,
    closing: new AbortController().signal,
  });
}
