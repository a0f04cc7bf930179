import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';

/** Returns the caller's account as the database has it now, and its remaining identifications. */
export function getMe<W extends WireShapes>({ me }: Presenter<W>) {
  const procedure = userProcedure.query(async ({ ctx }) => {
    const { creditShares, identifyLimit } = ctx.services;
    const [usage, credits] = await Promise.all([
      identifyLimit.peek(ctx.rateLimitSubject),
      creditShares.peek(creditShares.sharesOf(ctx.principal, ctx.request.address)),
    ]);
    return me.present({ principal: ctx.principal, usage, credits });
  });
  return defineEndpoint({
    operationId: 'getMe',
    summary: "The caller's account and remaining identifications",
    description:
      "Returns the caller's account, how many identifications its rate limit still allows, and how many of its daily credits are left. The call itself counts against neither.",
    tag: 'Accounts',
    method: 'GET',
    path: '/auth/me',
    procedure,
    responses: { 200: { description: 'The account and its usage', json: me.schema } },
    input: () => undefined,
    respond: (json) => ({ status: 200, json }),
  });
}
