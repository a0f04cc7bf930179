import type { Principal } from '@plantcommunity/auth';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { adminProcedure } from '../../middleware/procedure.ts';
import { closing } from '../../middleware/stream.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { alertProcedures } from './alert-procedures.ts';
import { auditProcedures } from './audit-procedures.ts';
import { isolateInput, overrideInput } from './override-inputs.ts';
import { userProcedures } from './user-procedures.ts';

const MINUTE_MS = 60_000;

/** The user whose page asks. A browser may have signed in as another one since: that page must not show their data. */
const viewer = z.string().max(100).optional();
const getInput = z.object({ viewer }).optional();
/** tRPC sends the last id when a client reconnects. The first event is a whole overview, so none is repeated. */
const watchInput = z.object({ viewer, lastEventId: z.string().max(40).optional() }).optional();

/** @throws not found when the caller is another user than the one whose page asks */
function requireViewer(caller: Pick<Principal, 'userId'>, asked: string | undefined): void {
  if (asked !== undefined && asked !== caller.userId) throw notFound();
}

/** Procedures for operators. Only tRPC offers them. */
export function adminProcedures<W extends WireShapes>(presenter: Presenter<W>) {
  const { present } = presenter.overview;
  const { present: presentEvent } = presenter.overviewEvent;
  const overview = {
    /** Returns the circuits, figures of the last hour and the newest entries of the audit trail. */
    get: adminProcedure.input(getInput).query(async ({ ctx, input }) => {
      requireViewer(ctx.principal, input?.viewer);
      return present(await ctx.services.operations.overview());
    }),

    /**
     * Sends the whole overview at once, then the parts that change, at least every ten seconds. Before each event the
     * caller's role is read from the database; the stream ends with 404 once the caller is no longer an administrator.
     */
    watch: adminProcedure.input(watchInput).subscription(async function* ({ ctx, input, signal }) {
      requireViewer(ctx.principal, input?.viewer);
      const { metrics, operations } = ctx.services;
      const left = signal ?? ctx.request.signal;
      for await (const event of closing(operations.watchOverview(left), metrics.recordStream('admin'), left)) {
        const principal = await ctx.request.reauthenticate();
        if (principal?.role !== 'admin') throw notFound();
        const { at } = event.type === 'whole' ? event.overview : event.changes;
        yield tracked(String(at), presentEvent(event));
      }
    }),
  };

  const circuits = {
    /** Stops all calls to a provider until the given end or a release. Returns the overview afterwards. */
    isolate: adminProcedure.input(isolateInput).mutation(async ({ ctx, input }) => {
      const { clock, operations } = ctx.services;
      const { minutes, provider, reason, until } = input;
      const end = minutes === undefined ? until : clock.now() + minutes * MINUTE_MS;
      await operations.isolateProvider(ctx.operator, {
        provider,
        reason,
        ...(end !== undefined && { until: new Date(end) }),
      });
      return present(await operations.overview());
    }),

    /** Ends an isolation on all instances. Returns the overview afterwards. */
    release: adminProcedure.input(overrideInput).mutation(async ({ ctx, input }) => {
      const { operations } = ctx.services;
      await operations.releaseProvider(ctx.operator, input);
      return present(await operations.overview());
    }),

    /** Closes a circuit and forgets its failures, on all instances. Returns the overview afterwards. */
    reset: adminProcedure.input(overrideInput).mutation(async ({ ctx, input }) => {
      const { operations } = ctx.services;
      await operations.resetProvider(ctx.operator, input);
      return present(await operations.overview());
    }),
  };

  return {
    overview,
    circuits,
    alerts: alertProcedures(presenter),
    audit: auditProcedures(presenter),
    users: userProcedures(presenter),
  };
}
