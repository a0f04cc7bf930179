import { isConfirmed } from '../../chain/authentication.ts';
import { procedure } from '../../chain/procedure.ts';
import { ApiError } from '../../errors/api-error.ts';
import { subjectOf } from '../../limits/subject.ts';
import { identifyOptions } from '../../upload/identify-options.ts';
import { PendingUpload } from '../../upload/pending-upload.ts';
import { presentIdentification } from '../present.ts';

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
    const asked = { photos: upload.photos, options: identifyOptions(upload) };
    const { clock, shares } = ctx.parts;
    const askedAt = clock.monotonic();
    const identification = await ctx.parts.service.identify({
      ...asked,
      requestId: ctx.request.requestId,
      ...(ctx.principal && { ownerId: ctx.principal.userId, keptOnly: !isConfirmed(ctx.principal) }),
      subject: subjectOf(ctx.principal, ctx.request.address),
      address: subjectOf(undefined, ctx.request.address),
      trackProgress: ctx.request.isFollowed,
      signal: ctx.request.signal,
      ...(ctx.charge && { spending: ctx.charge.spending(shares, shares.sharesOf(ctx.principal, ctx.request.address)) }),
    });
    // A hit asks nobody, so it is no second ask either, and need not look for one.
    if (!identification.cached && (await ctx.parts.reAsks.claim(ctx.audience.key, asked))) ctx.charge?.makeFree();
    if (identification.partial) await ctx.parts.reAsks.expect(ctx.audience.key, asked, clock.monotonic() - askedAt);
    return presentIdentification(identification);
  });
