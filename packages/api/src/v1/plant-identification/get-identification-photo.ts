import { z } from 'zod';
import { notFound } from '../../errors/api-error.ts';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { identificationId, identificationParam } from './identification-id.ts';

/** More than any upload has photos. */
const MAX_NUMBER = 100;

const input = z.object({
  id: identificationId,
  /** Number of the photo in the order of the upload, from 1. */
  n: z.coerce.number<number | string>().int().min(1).max(MAX_NUMBER),
});

const HEADERS = {
  'Content-Type': 'image/jpeg',
  'Content-Disposition': 'inline; filename="photo.jpg"',
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'Cache-Control': 'private, max-age=3600',
};

/** Returns a photo of one of the caller's identifications, as JPEG. Only REST offers it: bytes cannot cross tRPC's JSON. */
export function getIdentificationPhoto() {
  const procedure = userProcedure
    .meta({ policy: 'user', scope: 'read' })
    .input(input)
    .query(async ({ ctx, input: { id, n } }) => {
      const found = await ctx.services.identification.photo(ctx.principal.userId, id, n);
      if (found === undefined) throw notFound();
      return found.bytes;
    });
  return defineEndpoint({
    operationId: 'getIdentificationPhoto',
    summary: "Get a photo of one of the caller's identifications",
    description:
      'Returns a photo of an identification from the history as JPEG, turned upright and without metadata. A large photo is stored scaled down.',
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications/{id}/photos/{n}',
    procedure,
    request: {
      params: z.object({
        id: identificationParam,
        n: z.int().min(1).max(MAX_NUMBER).meta({ description: 'Counted from 1', example: 1 }),
      }),
    },
    responses: {
      200: {
        description: 'The photo, upright and without metadata',
        mediaType: 'image/jpeg',
        headers: {
          'Content-Disposition': {
            description: 'A name for the file',
            required: true,
            schema: { type: 'string' },
            example: HEADERS['Content-Disposition'],
          },
        },
      },
    },
    input: ({ params: { id = '', n = '' } }) => ({ id, n }),
    respond: (bytes) => ({ status: 200, bytes, headers: HEADERS }),
  });
}
