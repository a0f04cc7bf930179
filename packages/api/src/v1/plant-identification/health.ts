import type { ProviderHealth } from '@plantcommunity/identification';
import { procedure } from '../../middleware/procedure.ts';
import { healthStatus } from '../health-status.ts';
import type { WireHealth } from '../wire.ts';

/** How the parts behind an identification fare; no secrets, no error texts. */
export const health = procedure
  .meta({ policy: 'public', throttle: 'health' })
  .query(async ({ ctx }): Promise<WireHealth> => {
    ctx.services.healthLimit.consume(ctx.request.address);
    const found = await ctx.services.identification.health();
    const { mode, version } = ctx.services.config;
    return {
      status: healthStatus(found),
      timestamp: new Date(ctx.services.clock.now()).toISOString(),
      version,
      circuit_state: found.providers.plant_id.state,
      services: {
        plant_id: presentProvider(found.providers.plant_id),
        plantnet: presentProvider(found.providers.plantnet),
        redis: { available: found.redis },
        database: { available: found.database },
      },
      authentication: { mode, requires_auth: mode === 'production' },
    };
  });

function presentProvider({ available, failCount, failMax, state }: ProviderHealth) {
  return { available, circuit_state: state, fail_count: `${failCount}/${failMax}` };
}
