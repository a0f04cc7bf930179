import type { ServiceHealth } from '@plantcommunity/identification';
import type { WireHealth } from './wire.ts';

/** The health table of the wire contract. A provider that has no key is left out of the judgement. */
export function healthStatus({ database, providers, redis }: ServiceHealth): WireHealth['status'] {
  const states = [providers.plant_id, providers.plantnet]
    .filter(({ state }) => state !== 'off')
    .map(({ outOfQuota, state }) => (outOfQuota ? 'out_of_quota' : state));
  const someClosed = states.includes('closed');
  if (!database || (!someClosed && !states.includes('half_open'))) return 'unhealthy';
  return redis && states.every((state) => state === 'closed') ? 'healthy' : 'degraded';
}
