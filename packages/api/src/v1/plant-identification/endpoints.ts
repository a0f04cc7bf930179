import { inMegabytes, type UploadLimits } from '@plantcommunity/http';
import { ORGANS } from '@plantcommunity/identification';
import { ACCEPTED_MEDIA_TYPES, FORMAT_NAMES } from '@plantcommunity/identification/photo-formats';
import { z } from 'zod';
import { defineEndpoint, type Endpoint, type MultipartBody } from '../../rest/endpoint.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { EXAMPLES } from './examples.ts';
import type { photoProcedure } from './history.ts';
import { historyInput } from './history.ts';
import { IDEMPOTENCY_KEY, idempotencyKey } from './idempotency-key.ts';
import type { identificationProcedures } from './procedures.ts';

const file = z.custom<Uint8Array>().meta({ override: { type: 'string', format: 'binary' } });
const id = z.string().meta({ description: 'ULID of an identification', example: EXAMPLES.identification.id });

const replayed = {
  description: 'Present on the kept answer to an earlier request with this Idempotency-Key',
  schema: { type: 'string' as const, enum: ['true'] },
  example: 'true',
};

const photoHeaders = {
  'Content-Type': 'image/jpeg',
  'Content-Disposition': 'inline; filename="photo.jpg"',
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'Cache-Control': 'private, max-age=3600',
};

/** Documents the body of identify. The server also accepts other forms, such as JSON parts: see docs/api.md. */
function identifyBody({ maxBytes, maxPhotos }: UploadLimits): MultipartBody {
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

export function identificationEndpoints<W extends WireShapes>(
  presenter: Presenter<W>,
  procedures: ReturnType<typeof identificationProcedures<W>> & { photo: ReturnType<typeof photoProcedure> },
): readonly Endpoint[] {
  return [
    defineEndpoint({
      operationId: 'identifyPlant',
      summary: 'Identify a plant from photos of it',
      description:
        "Sends 1 to 5 photos of one plant to the identification services and merges their answers. The same photos with the same fields are answered from a cache. Identifications of signed-in callers are kept in their history. If one service cannot answer, the other's answer is returned with `partial: true`.",
      tag: 'Plant identification',
      method: 'POST',
      path: '/plant-identification/identify',
      procedure: procedures.identify,
      request: { headers: z.object({ [IDEMPOTENCY_KEY]: idempotencyKey.optional() }), multipart: identifyBody },
      responses: {
        200: {
          description: 'The identification',
          json: presenter.identification.schema,
          headers: { 'Idempotent-Replayed': replayed },
        },
      },
      errors: ['idempotency_running', 'idempotency_mismatch'],
      input: ({ upload }) => upload,
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'getIdentifyHealth',
      summary: 'State of the identification services',
      description:
        'Tells whether each service is available, and whether callers must sign in. The status is 200 if all is healthy, else 503; both have the same body.',
      tag: 'Plant identification',
      method: 'GET',
      path: '/plant-identification/identify/health',
      procedure: procedures.health,
      responses: {
        200: { description: 'Healthy', json: presenter.health.schema },
        503: { description: 'Degraded or unhealthy', json: presenter.health.schema, example: EXAMPLES.degradedHealth },
      },
      input: () => undefined,
      respond: (json) => ({ status: json.status === 'healthy' ? 200 : 503, json }),
    }),
    defineEndpoint({
      operationId: 'listIdentifications',
      summary: "List the caller's identifications, newest first",
      description: "Returns one page of the caller's history. `next_cursor` of a page is the `cursor` of the next one.",
      tag: 'Plant identification',
      method: 'GET',
      path: '/plant-identification/identifications',
      procedure: procedures.history,
      request: { query: historyInput },
      responses: { 200: { description: 'One page', json: presenter.history.schema } },
      input: ({ query }) => query,
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'getIdentification',
      summary: "Get one of the caller's identifications",
      description:
        'Returns an identification from the history as it was answered. Identifications of other users are not found.',
      tag: 'Plant identification',
      method: 'GET',
      path: '/plant-identification/identifications/{id}',
      procedure: procedures.identification,
      request: { params: z.object({ id }) },
      responses: {
        200: { description: 'The identification as it was answered', json: presenter.storedIdentification.schema },
      },
      input: ({ params }) => ({ id: params['id'] ?? '' }),
      respond: (json) => ({ status: 200, json }),
    }),
    defineEndpoint({
      operationId: 'getIdentificationPhoto',
      summary: "Get a photo of one of the caller's identifications",
      description:
        'Returns a photo of an identification from the history as JPEG: upright, without metadata, and not larger than it was.',
      tag: 'Plant identification',
      method: 'GET',
      path: '/plant-identification/identifications/{id}/photos/{n}',
      procedure: procedures.photo,
      request: { params: z.object({ id, n: z.int().min(1).meta({ description: 'Counted from 1', example: 1 }) }) },
      responses: {
        200: {
          description: 'The photo, upright and without metadata',
          mediaType: 'image/jpeg',
          headers: {
            'Content-Disposition': {
              description: 'A name for the file',
              required: true,
              schema: { type: 'string' },
              example: photoHeaders['Content-Disposition'],
            },
          },
        },
      },
      input: ({ params }) => ({ id: params['id'] ?? '', n: params['n'] ?? '' }),
      respond: (bytes) => ({ status: 200, bytes, headers: photoHeaders }),
    }),
  ];
}
