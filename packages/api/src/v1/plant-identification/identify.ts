import { ApiError } from '../../errors/api-error.ts';
import { isConfirmed } from '../../middleware/authentication.ts';
import { PendingUpload } from '../../middleware/pending-upload.ts';
import { procedure } from '../../middleware/procedure.ts';
import { subjectOf } from '../../rate-limit/subject.ts';
import { presentIdentification } from '../present.ts';
import { identifyOptions } from './identify-options.ts';

/** @throws {ApiError} `malformed_upload` for anything but the body that comes with the request */
function pendingUpload(input: unknown): PendingUpload {
  if (input instanceof PendingUpload) return input;
  throw new ApiError('malformed_upload', 'Photos are sent as multipart/form-data.');
}

/** One to five photos of one plant in, what it is out. */
export const identify = procedure
  .meta({ policy: 'identify', limit: 'identify' })
  // To clients it is the FormData they send.
  .input((input): FormData => pendingUpload(input))
  .mutation(async ({ ctx, input }) => {
    const upload = await pendingUpload(input).read();
    const { creditShares: shares, identification: service } = ctx.services;
    const { billable, identification } = await service.identify({
      photos: upload.photos,
      options: identifyOptions(upload),
      requestId: ctx.request.requestId,
      ...(ctx.principal && { ownerId: ctx.principal.userId, cachedOnly: !isConfirmed(ctx.principal) }),
      subject: subjectOf(ctx.principal, ctx.request.address),
      address: subjectOf(undefined, ctx.request.address),
      trackProgress: ctx.request.trackProgress,
      signal: ctx.request.signal,
      ...(ctx.charge && { spending: ctx.charge.spending(shares, shares.sharesOf(ctx.principal, ctx.request.address)) }),
    });
    if (!billable) ctx.charge?.refund();
    return presentIdentification(identification);
  });
