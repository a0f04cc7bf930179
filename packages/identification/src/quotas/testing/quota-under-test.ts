import { type Clock, createLeases, type RedisConnection } from '@plantcommunity/resilience';
import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { createQuotaLog } from '../../observability/quota-log.ts';
import { usualCredits } from '../../providers/definition.ts';
import { plantId, plantNet } from '../../providers/index.ts';
import { exhaustedAnswerOf, settlementOf } from '../../providers/provider-error.ts';
import type { DailyUsage } from '../daily-usage.ts';
import { ProviderQuota } from '../provider-quota.ts';
import { QuotaStore } from '../store.ts';
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
  const { clock, limits = {}, logger = createLogger({ level: 'silent' }), prefix, provider, redis } = parts;
  const { name } = provider;
  const definition = name === 'plant_id' ? plantId : plantNet;
  const store = new QuotaStore(redis, name, prefix);
  return new ProviderQuota({
    provider,
    limits,
    usualCredits: usualCredits(definition),
    timeoutMs: 35_000,
    settlementOf: (error) => settlementOf(error, definition.billsErrorAnswers),
    exhaustedAnswerOf,
    onUpdate: createQuotaLog({
      provider: name,
      warnAtShare: definition.warnAtShare,
      logger,
      claimWarning: (period) => store.claimWarning(period),
    }),
    store,
    leases: createLeases({ redis, prefix, owner: 'test', clock }),
    redis,
    dailyUsage: parts.dailyUsage ?? dailyUsageInMemory(),
    clock,
    logger,
    closing: new AbortController().signal,
  });
}
