import { problemBody } from '@plantcommunity/http';
import { type ZodType, z } from 'zod';
import 'zod-openapi';
import { type ApiError, STATUS } from './api-error.ts';

/** How a namespace puts errors on the wire. */
export interface ErrorPresenter {
  mediaType: string;
  /** Shape of the body in the OpenAPI document; a namespace without it has no document. */
  schema?: ZodType;
  body(error: ApiError, requestId: string): object;
  /** Returns the sentence that tRPC clients read. */
  detail(error: ApiError): string;
}

const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

const schema = z
  .object({
    type: z.string().meta({ description: 'about:blank, or the IANA type quota-exceeded for 429' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'For people' }),
    code: z.enum(Object.keys(STATUS)).meta({
      id: 'ErrorCode',
      description: 'For programs; new codes may be added',
      example: 'invalid_request',
    }),
    requestId: z.uuid(),
    errors: z
      .array(z.object({ detail: z.string(), pointer: z.string().meta({ example: '#/organs/1' }) }))
      .optional()
      .meta({ description: 'Errors of single fields' }),
  })
  .meta({
    id: 'Problem',
    description: 'An error (RFC 9457)',
    example: {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'The request is not valid.',
      code: 'invalid_request',
      requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3',
      errors: [{ detail: 'must be from -90 to 90', pointer: '#/latitude' }],
    },
  });

/** Presents errors as problem details (RFC 9457), with our code, the request id and the errors of single fields. */
export const problemPresenter: ErrorPresenter = {
  mediaType: 'application/problem+json',
  schema,
  body(error, requestId) {
    const body = problemBody(error, requestId, error.code === 'rate_limited' ? QUOTA_EXCEEDED : undefined);
    return { ...body, ...(error.errors === undefined ? {} : { errors: error.errors }) };
  },
  detail: (error) => error.detail,
};

/** Builds the response for an error. `members` are added to the body. */
export function errorResponse(
  error: ApiError,
  { body, mediaType }: Pick<ErrorPresenter, 'body' | 'mediaType'>,
  requestId: string,
  members: Readonly<Record<string, string>> = {},
): Response {
  const headers = new Headers(error.headers);
  headers.set('Content-Type', mediaType);
  return new Response(JSON.stringify({ ...body(error, requestId), ...members }), { status: error.status, headers });
}
