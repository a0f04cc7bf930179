import { tracked } from '@trpc/server';
import { z } from 'zod';
import { procedure } from '../../chain/procedure.ts';
import { presentProgress } from '../present.ts';

const input = z.object({
  requestId: z.uuid(),
  /** Set by tRPC when a client comes back after a lost connection. */
  lastEventId: z.coerce.number<string>().int().optional(),
});

/** The steps of one identification as they happen, from the first one on; ends a minute after the answer. */
export const progress = procedure
  .meta({ policy: 'identify' })
  .input(input)
  .subscription(async function* ({ ctx, input: { lastEventId = 0, requestId }, signal }) {
    let count = 0;
    for await (const event of ctx.parts.service.progress(
      requestId,
      ctx.principal?.userId,
      signal ?? ctx.request.signal,
    )) {
      count += 1;
      if (count > lastEventId) yield tracked(String(count), presentProgress(event));
    }
  });
