import { notFound } from '../errors/api-error.ts';
import { rateLimited } from '../errors/rate-limited.ts';
import { toApiError } from '../errors/to-api-error.ts';
import { CallCharge } from '../rate-limit/call-charge.ts';
import { subjectOf } from '../rate-limit/subject.ts';
import { rateLimitSubjectOf } from '../rate-limit/tier-rates.ts';
import { authenticate, authenticationRequired, isConfirmed } from './authentication.ts';
import { setRateHeaders } from './context.ts';
import { procedureGone } from './deprecation.ts';
import { t } from './init.ts';
import { uploadVerdict } from './upload-verdict.ts';

/**
 * The middleware of every call by any transport: deprecation, authentication, rate limit. The procedure validates its
 * input afterwards. It is one tRPC middleware, because tRPC copies the context of a call for each.
 */
export const baseProcedure = t.procedure.use(async ({ ctx, meta, next, path }) => {
  if (meta === undefined) throw new Error(`${path} declares no policy`);
  const { clock, concurrencyLimit, config, identifyLimit, metrics, operations } = ctx.services;
  // A batch may call both a version that is gone and the current one.
  const gone = procedureGone(ctx.services, path);
  if (gone !== undefined) throw gone;
  const principal = await authenticate(ctx, meta);
  const rateLimitSubject = rateLimitSubjectOf(principal, config.rates);
  const callNext = (charge?: CallCharge) => next({ ctx: { principal, rateLimitSubject, charge } });
  if (meta.limit === undefined) {
    if (principal === undefined) return callNext();
    return concurrencyLimit.run(subjectOf(principal, ctx.request.address), () => {
      // A caller who has left in the meantime needs no answer.
      ctx.request.signal.throwIfAborted();
      return callNext();
    });
  }
  const counting = identifyLimit.consume(rateLimitSubject);
  // The upload's beginning arrives while Redis counts. Errors in it are reported after the limit has been checked.
  if (meta.upload !== undefined) {
    const admitted = counting.then(({ allowed }) => allowed);
    ctx.request.upload?.start(meta.upload, subjectOf(principal, ctx.request.address), admitted);
  }
  const counted = await counting;
  const charge = new CallCharge(counted, clock);
  setRateHeaders(ctx, charge.headers());
  const recordRefusal = () => {
    metrics.recordRateLimitExceeded();
    operations.countRefusal(principal?.tier ?? 'anonymous');
  };
  if (!counted.allowed) {
    recordRefusal();
    throw rateLimited(counted.resetAt, clock.now());
  }
  const result = await callNext(charge);
  const error = result.ok ? undefined : toApiError(result.error);
  // A daily share of credits may be used up, too.
  if (error?.status === 429) recordRefusal();
  // An upload whose caller left has no verdict.
  if (meta.upload !== undefined && !ctx.request.signal.aborted) metrics.recordUpload(uploadVerdict(error));
  setRateHeaders(ctx, await charge.settle(error));
  return result;
});

/** A procedure for signed-in users; narrows the type of the caller. */
export const userProcedure = baseProcedure.meta({ policy: 'user' }).use(({ ctx, next }) => {
  if (!isConfirmed(ctx.principal)) throw authenticationRequired();
  return next({ ctx: { principal: ctx.principal } });
});

/** A procedure for administrators; all other callers get 404. */
export const adminProcedure = baseProcedure.meta({ policy: 'admin' }).use(({ ctx, next }) => {
  if (!isConfirmed(ctx.principal)) throw notFound();
  const { principal } = ctx;
  const { address, requestId } = ctx.request;
  const operator = { userId: principal.userId, requestId, ...(address !== undefined && { address }) };
  return next({ ctx: { principal, operator } });
});
