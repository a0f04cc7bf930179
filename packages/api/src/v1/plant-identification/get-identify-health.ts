import { baseProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { EXAMPLES } from './examples.ts';

/** Returns the state of the services behind an identification, without secrets and error texts. */
export function getIdentifyHealth<W extends WireShapes>({ health }: Presenter<W>) {
  const procedure = baseProcedure.meta({ policy: 'public', throttle: 'health' }).query(async ({ ctx }) => {
    const { clock, config, healthLimit, identification } = ctx.services;
    healthLimit.consume(ctx.request.address);
    const services = await identification.health();
    return health.present({ services, at: clock.now(), version: config.version, mode: config.mode });
  });
  return defineEndpoint({
    operationId: 'getIdentifyHealth',
    summary: 'State of the identification services',
    description:
      'Tells whether each service is available, and whether callers must sign in. The status is 200 if all is healthy, else 503; both have the same body. Health is never refused as `busy`, also by a server that refuses uploads.',
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identify/health',
    procedure,
    responses: {
      200: { description: 'Healthy', json: health.schema },
      503: { description: 'Degraded or unhealthy', json: health.schema, example: EXAMPLES.degradedHealth },
    },
    input: () => undefined,
    respond: (json) => ({ status: json.status === 'healthy' ? 200 : 503, json }),
  });
}
