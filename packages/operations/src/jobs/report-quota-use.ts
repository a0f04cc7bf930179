import type { OperatedService } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { DAY_MS } from '../durations.ts';
import type { JobReport } from './job.ts';

/**
 * Logs what was used of each provider's daily quota on the UTC day that has ended, and reports it to operators. Quotas of
 * other windows go on past the end of a day; alerts look at them each minute.
 */
export async function reportQuotaUse({
  clock,
  identification,
  logger,
}: {
  identification: Pick<OperatedService, 'usedOn'>;
  clock: Clock;
  logger: Logger;
}): Promise<JobReport> {
  const at = clock.now() - DAY_MS;
  const day = new Date(at).toISOString().slice(0, 10);
  const uses = await identification.usedOn(at);
  for (const { limit, provider, used } of uses) {
    logger.info({ provider, day, used, limit }, '[QUOTA] Use of the day that has ended');
  }
  const texts = uses.map(
    ({ limit, provider, used }) => `${provider} ${used}${limit === undefined ? '' : ` of ${limit}`}`,
  );
  return { text: uses.length === 0 ? `${day}: no provider is on.` : `${day}: ${texts.join(', ')} credits.` };
}
