import { procedure } from '../../middleware/procedure.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { historyProcedures } from './history.ts';
import { identifyProcedure } from './identify.ts';
import { progressProcedure } from './progress.ts';

export function identificationProcedures<W extends WireShapes>(presenter: Presenter<W>) {
  return {
    identify: identifyProcedure(presenter),
    progress: progressProcedure(presenter),

    /** Returns the state of the services behind an identification, without secrets and error texts. */
    health: procedure.meta({ policy: 'public', throttle: 'health' }).query(async ({ ctx }) => {
      const { clock, config, healthLimit, identification } = ctx.services;
      healthLimit.consume(ctx.request.address);
      const services = await identification.health();
      return presenter.health.present({ services, at: clock.now(), version: config.version, mode: config.mode });
    }),

    ...historyProcedures(presenter),
  };
}
