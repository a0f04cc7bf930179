import { inMegabytes, notMultipart, type UploadLimits } from '@plantcommunity/http';
import { ORGANS } from '@plantcommunity/identification';
import { ACCEPTED_MEDIA_TYPES, FORMAT_NAMES } from '@plantcommunity/identification/photo-formats';
import { z } from 'zod';
import { isConfirmed } from '../../middleware/authentication.ts';
import { PendingUpload } from '../../middleware/pending-upload.ts';
import { baseProcedure } from '../../middleware/procedure.ts';
import { subjectOf } from '../../rate-limit/subject.ts';
import { defineEndpoint, type MultipartBody } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { IDEMPOTENCY_KEY, idempotencyKey, readIdempotencyKey } from './idempotency-key.ts';
import { IDENTIFY_FIELDS, identifyOptions } from './identify-options.ts';

/** @throws {HttpError} `unsupported_media_type` unless the input is the upload of the request */
function pendingUpload(input: unknown): PendingUpload {
  if (input instanceof PendingUpload) return input;
  throw notMultipart();
}

const file = z.custom<Uint8Array>().meta({ override: { type: 'string', format: 'binary' } });

/** Documents the body. The server also accepts other forms, such as JSON parts: see docs/api.md. */
function multipart({ maxBytes, maxPhotos }: UploadLimits): MultipartBody {
  const megabytes = `${inMegabytes(maxBytes)} MB (${maxBytes.toLocaleString('en')} bytes)`;
  return {
    schema: z.strictObject({
      image: z
        .array(file)
        .min(1)
        .max(maxPhotos)
        .meta({ description: `${FORMAT_NAMES}, each of at most ${megabytes}; one field per photo, in order` }),
      organs: z.array(z.enum(ORGANS)).max(maxPhotos).optional().meta({
        description:
          'None, or one per image, in order. Repeat the field; one field with a comma-separated or JSON list is also accepted',
      }),
      include_diseases: z.boolean().optional().meta({ description: 'Default: true' }),
      latitude: z.number().min(-90).max(90).optional().meta({ description: 'Requires longitude' }),
      longitude: z.number().min(-180).max(180).optional().meta({ description: 'Requires latitude' }),
      language: z.string().optional().meta({
        description: 'Language of common names: a tag (RFC 5646) whose primary subtag counts; English if unsupported',
        example: 'pt-BR',
      }),
      project: z.string().max(64).optional().meta({ description: 'Id of a Pl@ntNet flora' }),
    }),
    example: { image: ['(bytes of a JPEG)', '(bytes of a JPEG)'], organs: ['leaf', 'flower'], language: 'pt-BR' },
    encoding: {
      image: { contentType: ACCEPTED_MEDIA_TYPES },
      // Without a style generators must guess; with one the content type is text/plain.
      organs: { style: 'form', explode: true },
    },
  };
}

/** Identifies the plant in the photos of an upload. */
export function identify<W extends WireShapes>({ identification: { present, schema } }: Presenter<W>) {
  const procedure = baseProcedure
    .meta({ policy: 'identify', scope: 'identify', limit: 'identify', upload: IDENTIFY_FIELDS })
    // Clients send FormData.
    .input((input): FormData => pendingUpload(input))
    .mutation(async ({ ctx, input }) => {
      const upload = await pendingUpload(input).read(IDENTIFY_FIELDS);
      const key = readIdempotencyKey(ctx.request.idempotencyKey);
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
        ...(key !== undefined && { idempotencyKey: key }),
        ...(charge && {
          spending: charge.spending(creditShares, creditShares.sharesOf(principal, request.address)),
        }),
      });
      if (!billable) charge?.refund();
      if (replayed) request.resHeaders.set('Idempotent-Replayed', 'true');
      return present(identification);
    });
  return defineEndpoint({
    operationId: 'identifyPlant',
    summary: 'Identify a plant from photos of it',
    description:
      "Sends the photos of one plant to the identification services and merges their answers. The same photos with the same fields are answered from a cache. Identifications of signed-in callers are kept in their history. If one service cannot answer, the other's answer is returned with `partial: true`.",
    tag: 'Plant identification',
    method: 'POST',
    path: '/plant-identification/identify',
    procedure,
    request: {
      headers: z.object({ [IDEMPOTENCY_KEY]: idempotencyKey.optional().meta(idempotencyKey.meta() ?? {}) }),
      multipart,
    },
    responses: {
      200: {
        description: 'The identification',
        json: schema,
        headers: {
          'Idempotent-Replayed': {
            description: 'Present on the kept answer to an earlier request with this Idempotency-Key',
            schema: { type: 'string', enum: ['true'] },
            example: 'true',
          },
        },
      },
    },
    errors: ['photo_space_full', 'idempotency_running', 'idempotency_mismatch'],
    input: ({ upload }) => upload,
    respond: (json) => ({ status: 200, json }),
  });
}
