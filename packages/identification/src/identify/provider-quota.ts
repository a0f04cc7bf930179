import type { RedisConnection } from '@plantcommunity/resilience';
import { createQuotaLog } from '../observability/quota-log.ts';
import { type ProviderDefinition, usualCredits } from '../providers/definition.ts';
import { exhaustedAnswerOf, settlementOf } from '../providers/provider-error.ts';
import { ProviderQuota, type ProviderQuotaOptions } from '../quotas/provider-quota.ts';
import { QuotaStore } from '../quotas/store.ts';
import type { Period, Quota } from '../quotas/types.ts';

/** Creates the quota of a provider. `prefix`: first part of its keys in Redis. */
export function createProviderQuota({
  definition,
  prefix,
  redis,
  ...options
}: Pick<
  ProviderQuotaOptions,
  'provider' | 'limits' | 'timeoutMs' | 'leases' | 'dailyUsage' | 'clock' | 'logger' | 'closing'
> & { definition: ProviderDefinition; prefix: string; redis: RedisConnection }): Quota {
  const { name } = definition;
  const store = new QuotaStore(redis, name, prefix);
  const claimWarning = (period: Period, day: string) => store.claimWarning(period, day);
  return new ProviderQuota({
    ...options,
    redis,
    store,
    usualCredits: usualCredits(definition),
    settlementOf: (error) => settlementOf(error, definition.billsErrorAnswers),
    exhaustedAnswerOf,
    onUpdate: createQuotaLog({
      provider: name,
      warnAtShare: definition.warnAtShare,
      logger: options.logger,
      claimWarning,
    }),
  });
}
