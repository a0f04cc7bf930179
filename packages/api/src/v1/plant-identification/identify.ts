import { notMultipart } from '@plantcommunity/http';
import { isConfirmed } from '../../middleware/authentication.ts';
import { PendingUpload } from '../../middleware/pending-upload.ts';
import { procedure } from '../../middleware/procedure.ts';
import { subjectOf } from '../../rate-limit/subject.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { IDENTIFY_FIELDS, identifyOptions } from './identify-options.ts';

/** @throws {HttpError} `unsupported_media_type` unless the input is the upload of the request */
function pendingUpload(input: unknown): PendingUpload {
  if (input instanceof PendingUpload) return input;
  throw notMultipart();
}

/** Identifies the plant in one to five photos. */
export function identifyProcedure<W extends WireShapes>({ identification: { present } }: Presenter<W>) {
  return (
    procedure
      .meta({ policy: 'identify', scope: 'identify', limit: 'identify', upload: IDENTIFY_FIELDS })
      // Clients send FormData.
      .input((input): FormData => pendingUpload(input))
      .mutation(async ({ ctx, input }) => {
        const upload = await pendingUpload(input).read(IDENTIFY_FIELDS);
        const idempotencyKey = readIdempotencyKey(ctx.request.idempotencyKey);
        const { charge, principal, request } = ctx;
        const { creditShares, identification: service } = ctx.services;
        const { billable, identification, replayed } = await service.identify({
          photos: upload.photos,
          options: identifyOptions(upload),
          requestId: request.requestId,
          ...(principal && { ownerId: principal.userId, cachedOnly: !isConfirmed(principal) }),
          subject: subjectOf(principal, request.address),
          address: subjectOf(undefined, request.address),
          trackProgress: request.trackProgress,
          signal: request.signal,
          ...(idempotencyKey !== undefined && { idempotencyKey }),
          ...(charge && {
            spending: charge.spending(creditShares, creditShares.sharesOf(principal, request.address)),
          }),
        });
        if (!billable) charge?.refund();
        if (replayed) request.resHeaders.set('Idempotent-Replayed', 'true');
        return present(identification);
      })
  );
}
