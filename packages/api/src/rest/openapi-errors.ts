import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { type ApiErrorStatus, STATUS } from '../errors/api-error.ts';
import type { Endpoint } from './registry.ts';

const problem = z
  .object({
    type: z.string().meta({ description: 'about:blank, or for 429 the quota-exceeded type of IANA' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'For people' }),
    code: z.enum(Object.keys(STATUS)).meta({ id: 'ErrorCode', description: 'For programs; more may be added' }),
    requestId: z.uuid(),
    errors: z
      .array(z.object({ detail: z.string(), pointer: z.string().meta({ example: '#/organs/1' }) }))
      .optional()
      .meta({ description: 'What is wrong with single fields' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const, example },
});
const whole = (description: string) => ({ description, schema: { type: 'integer' as const, minimum: 0 } });

export const requestIdHeader = {
  'X-Request-Id': header("The caller's own UUID, else ours", '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3'),
};

export const rateLimitHeaders = {
  ...requestIdHeader,
  'RateLimit-Policy': header(
    'Each limit: q calls (credits for a daily share) in w seconds',
    '"identify-free";q=100;w=3600',
  ),
  RateLimit: header(
    'Each limit: r remaining, t seconds until the reset; on 429 the exceeded limit comes first',
    '"identify-free";r=97;t=1312',
  ),
  'X-RateLimit-Limit': whole('Calls in a window'),
  'X-RateLimit-Remaining': whole('Calls that remain'),
  'X-RateLimit-Reset': whole('Epoch seconds'),
};

/** What a client of v1 that keeps to the document can run into. */
const RESPONSES = {
  400: 'The request is not valid',
  401: 'Nobody is signed in, or what was sent to prove it is not good',
  403: 'A page of another site sent this, or the account is disabled',
  404: 'There is no such thing of yours',
  408: 'The body arrived too slowly; a stalled upload does not count against the rate limit',
  409: 'It is taken',
  413: 'A photo is too large',
  415: 'A photo is of a kind that is not read here',
  422: 'A photo cannot be decoded',
  429: 'Too many calls',
  500: 'Our fault',
  503: 'No provider can answer, or the service is temporarily unavailable',
} as const satisfies Partial<Record<ApiErrorStatus, string>>;

type Status = keyof typeof RESPONSES;

export const bytes = { type: 'string' as const, format: 'binary' };

/** The errors an endpoint can answer with, from its policy, its limit, what it takes and what it says itself. */
export function errorResponses({ errors = [], method, procedure, request = {} }: Endpoint): ZodOpenApiResponsesObject {
  const { limit, policy, throttle } = procedure.meta;
  const uploads = request.multipart !== undefined;
  const statuses: Status[] = [
    400,
    ...(policy === 'public' ? [] : [401 as const]),
    ...(method === 'GET' ? [] : [403 as const]),
    ...(request.params === undefined ? [] : [404 as const]),
    ...(method === 'GET' ? [] : [408 as const]),
    ...(uploads ? [413 as const, 415 as const, 422 as const] : []),
    // Signed-in callers without a limit take turns, and too many may wait.
    ...(limit === undefined && throttle === undefined && policy === 'public' ? [] : [429 as const]),
    500,
    503,
    ...errors,
  ];
  return Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/Error${status}` }]),
  );
}

/** The responses these refer to. */
export function errorComponents(): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    Object.entries(RESPONSES).map(([status, description]) => [
      `Error${status}`,
      {
        description,
        headers: {
          ...(status === '429' ? rateLimitHeaders : requestIdHeader),
          ...(status === '429' || status === '503' ? { 'Retry-After': whole('Seconds') } : {}),
          ...(status === '401' ? { 'WWW-Authenticate': header('How to sign in', 'Bearer') } : {}),
        },
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
}
