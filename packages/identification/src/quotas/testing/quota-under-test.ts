import { type Clock, createLeases, type RedisConnection } from '@plantcommunity/resilience';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { createProviderQuota } from '../../identify/provider-quota.ts';
import { plantId, plantNet } from '../../providers/index.ts';
import type { DailyUsage } from '../daily-usage.ts';
import type { Quota, QuotaLimits, QuotaProvider } from '../types.ts';
import { dailyUsageInMemory } from './daily-usage.ts';

/** Creates the real quota of a provider on the given Redis. */
export function quotaUnderTest(parts: {
  provider: QuotaProvider;
  redis: RedisConnection;
  clock: Clock;
  /** First part of every key in Redis. */
  prefix: string;
  limits?: QuotaLimits | undefined;
  dailyUsage?: DailyUsage;
  logger?: Logger;
}): Quota {
  const { clock, prefix, provider, redis } = parts;
  return createProviderQuota({
    definition: provider.name === 'plant_id' ? plantId : plantNet,
    provider,
    limits: parts.limits ?? {},
    timeoutMs: 35_000,
    prefix,
    leases: createLeases({ redis, prefix, owner: 'test', clock }),
    redis,
    dailyUsage: parts.dailyUsage ?? dailyUsageInMemory(),
    clock,
    logger: parts.logger ?? createLogger({ level: 'silent' }),
    closing: new AbortController().signal,
  });
}
