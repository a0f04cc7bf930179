import { tracked } from '@trpc/server';
import { z } from 'zod';
import { baseProcedure } from '../../middleware/procedure.ts';
import { closing } from '../../middleware/stream.ts';
import { subjectOf } from '../../rate-limit/subject.ts';
import type { Presenter, WireShapes } from '../presenter.ts';

const input = z.object({
  requestId: z.uuid(),
  /** Set by tRPC when a client reconnects. */
  lastEventId: z.coerce.number<string>().int().optional(),
});

/**
 * Streams the steps of one identification as they happen, from the first one on; ends a minute after the answer. A
 * caller may have ten streams open at once in a process; another one is refused with `rate_limited`.
 */
export function progressProcedure<W extends WireShapes>({ progress: { present } }: Presenter<W>) {
  return baseProcedure
    .meta({ policy: 'identify', scope: 'identify' })
    .input(input)
    .subscription(async function* ({ ctx, input: { lastEventId = 0, requestId }, signal }) {
      const left = signal ?? ctx.request.signal;
      const { identification, metrics, progressLimit } = ctx.services;
      const release = progressLimit.open(subjectOf(ctx.principal, ctx.request.address));
      const closed = metrics.recordStream('progress');
      const close = () => {
        release();
        closed();
      };
      let count = 0;
      const events = identification.progress(requestId, ctx.principal?.userId, left);
      for await (const event of closing(events, close, left)) {
        count += 1;
        if (count > lastEventId) yield tracked(String(count), present(event));
      }
    });
}
