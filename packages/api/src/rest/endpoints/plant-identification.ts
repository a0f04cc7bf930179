import { inMegabytes, type UploadLimits } from '@plantcommunity/http';
import { ORGANS } from '@plantcommunity/identification';
import { z } from 'zod';
import { restRouter } from '../../trpc/router.ts';
import { historyInput } from '../../v1/plant-identification/history.ts';
import { health, history, identification, storedIdentification } from '../../v1/wire.ts';
import { defineEndpoint, type Endpoint, type MultipartBody } from '../registry.ts';

const { plantIdentification } = restRouter;

const file = z.custom<Uint8Array>().meta({ override: { type: 'string', format: 'binary' } });
const id = z.string().meta({ description: 'ULID of an identification' });

const photoHeaders = {
  'Content-Type': 'image/jpeg',
  'Content-Disposition': 'inline; filename="photo.jpg"',
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'Cache-Control': 'private, max-age=3600',
};

/**
 * Documents the body of identify. The server accepts more, such as lists with commas and JSON parts: see docs/api.md.
 */
function identifyBody({ maxBytes, maxPhotos }: UploadLimits): MultipartBody {
  const megabytes = `${inMegabytes(maxBytes)} MB (${maxBytes.toLocaleString('en')} bytes)`;
  return {
    schema: z.strictObject({
      image: z
        .array(file)
        .min(1)
        .max(maxPhotos)
        .meta({ description: `JPEG, PNG, WebP or GIF, each of at most ${megabytes}; one field a photo, in order` }),
      organs: z.array(z.enum(ORGANS)).max(maxPhotos).optional().meta({
        description:
          'None, or one for every image, in order. The field is repeated; one field with the list separated by commas, or as JSON, is accepted too',
      }),
      include_diseases: z.boolean().optional().meta({ description: 'True unless sent' }),
      latitude: z.number().min(-90).max(90).optional().meta({ description: 'With longitude' }),
      longitude: z.number().min(-180).max(180).optional().meta({ description: 'With latitude' }),
      language: z.string().optional().meta({
        description: 'Language of common names: a tag (RFC 5646) whose primary subtag counts; English if unsupported',
        example: 'pt-BR',
      }),
      project: z.string().max(64).optional().meta({ description: 'A Pl@ntNet flora' }),
    }),
    encoding: {
      image: { contentType: 'image/jpeg, image/png, image/webp, image/gif' },
      // Without a style generators must guess; with one the content type is text/plain.
      organs: { style: 'form', explode: true },
    },
  };
}

export const identificationEndpoints: readonly Endpoint[] = [
  defineEndpoint({
    operationId: 'identifyPlant',
    summary: 'Identify a plant from photos of it',
    tag: 'Plant identification',
    method: 'POST',
    path: '/plant-identification/identify',
    procedure: plantIdentification.identify,
    request: {
      multipart: identifyBody,
    },
    responses: { 200: { description: 'What it is, as far as the providers can say', json: identification } },
    call: async ({ procedures, upload }) => ({
      status: 200,
      json: await procedures.plantIdentification.identify(upload),
    }),
  }),
  defineEndpoint({
    operationId: 'getIdentifyHealth',
    summary: 'How the parts behind an identification fare',
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identify/health',
    procedure: plantIdentification.health,
    responses: {
      200: { description: 'Healthy', json: health },
      503: { description: 'Degraded or unhealthy', json: health },
    },
    call: async ({ procedures }) => {
      const json = await procedures.plantIdentification.health();
      return { status: json.status === 'healthy' ? 200 : 503, json };
    },
  }),
  defineEndpoint({
    operationId: 'listIdentifications',
    summary: "The caller's own identifications, newest first",
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications',
    procedure: plantIdentification.history,
    request: { query: historyInput },
    responses: { 200: { description: 'One page', json: history } },
    call: async ({ procedures, query }) => ({ status: 200, json: await procedures.plantIdentification.history(query) }),
  }),
  defineEndpoint({
    operationId: 'getIdentification',
    summary: "One of the caller's own identifications",
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications/{id}',
    procedure: plantIdentification.identification,
    request: { params: z.object({ id }) },
    responses: { 200: { description: 'As it was answered', json: storedIdentification } },
    call: async ({ procedures, params }) => ({
      status: 200,
      json: await procedures.plantIdentification.identification({ id: params['id'] ?? '' }),
    }),
  }),
  defineEndpoint({
    operationId: 'getIdentificationPhoto',
    summary: "One photo of one of the caller's own identifications",
    tag: 'Plant identification',
    method: 'GET',
    path: '/plant-identification/identifications/{id}/photos/{n}',
    procedure: plantIdentification.photo,
    request: { params: z.object({ id, n: z.int().min(1).meta({ description: 'Counted from 1' }) }) },
    responses: { 200: { description: 'The photo, upright and without metadata', mediaType: 'image/jpeg' } },
    call: async ({ procedures, params }) => ({
      status: 200,
      bytes: await procedures.plantIdentification.photo({ id: params['id'] ?? '', n: params['n'] ?? '' }),
      headers: photoHeaders,
    }),
  }),
];
