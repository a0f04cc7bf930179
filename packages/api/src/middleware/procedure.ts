import { notFound } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { CallCharge } from '../rate-limit/call-charge.ts';
import type { RateHeaders } from '../rate-limit/rate-headers.ts';
import { rateLimitSubjectOf } from '../rate-limit/rate-limit-subject.ts';
import { rateLimited } from '../rate-limit/rate-limited.ts';
import { subjectOf } from '../rate-limit/subject.ts';
import { authenticate, authenticationRequired, isConfirmed } from './authentication.ts';
import { applyDeprecation } from './deprecation.ts';
import { t } from './init.ts';

/**
 * The chain of every call, whatever brought it: namespace, who, how often; then the procedure's own validation. One link
 * to tRPC, since it copies all it knows of a call for each.
 */
export const procedure = t.procedure.use(async ({ ctx, meta, next, path }) => {
  if (meta === undefined) throw new Error(`${path} declares no policy`);
  applyDeprecation(ctx, path);
  const principal = await authenticate(ctx, meta);
  const { clock, config, identifyLimit } = ctx.services;
  const rateLimitSubject = rateLimitSubjectOf(principal, config.rates);
  const callNext = (charge?: CallCharge) => next({ ctx: { principal, rateLimitSubject, charge } });
  if (meta.limit === undefined) {
    if (principal === undefined) return callNext();
    return ctx.services.concurrencyLimit.run(subjectOf(principal, ctx.request.address), () => {
      // A caller who has left in the meantime needs no answer.
      ctx.request.signal.throwIfAborted();
      return callNext();
    });
  }
  const counting = identifyLimit.consume(rateLimitSubject);
  // Redis takes its time; the photo can come in meanwhile. What is wrong with it is told after the limit has spoken.
  ctx.request.upload?.start(
    subjectOf(principal, ctx.request.address),
    counting.then(({ allowed }) => allowed),
  );
  const counted = await counting;
  const setRateHeaders = (headers: RateHeaders) => {
    for (const [name, value] of Object.entries(headers)) ctx.request.resHeaders.set(name, value);
  };
  const charge = new CallCharge(counted, clock);
  setRateHeaders(charge.headers());
  if (!counted.allowed) throw rateLimited(counted.resetAt, clock.now());
  const result = await callNext(charge);
  setRateHeaders(await charge.settle(result.ok ? undefined : toApiError(result.error)));
  return result;
});

/** For what belongs to one user: its meta is the policy, this tells the compiler. */
export const userProcedure = procedure.meta({ policy: 'user' }).use(({ ctx, next }) => {
  if (!isConfirmed(ctx.principal)) throw authenticationRequired();
  return next({ ctx: { principal: ctx.principal } });
});

/** For operators: to everybody else it does not exist. */
export const adminProcedure = procedure.meta({ policy: 'admin' }).use(({ ctx, next }) => {
  if (!isConfirmed(ctx.principal)) throw notFound();
  const { principal } = ctx;
  const { address, requestId } = ctx.request;
  const operator = { userId: principal.userId, requestId, ...(address !== undefined && { address }) };
  return next({ ctx: { principal, operator } });
});
