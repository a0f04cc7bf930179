import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { ApiErrorStatus } from '../errors/api-error.ts';
import type { ErrorPresenter } from '../errors/problem.ts';
import { metaOf } from '../middleware/init.ts';
import type { Endpoint } from './endpoint.ts';

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const, example },
});
const whole = (description: string) => ({ description, schema: { type: 'integer' as const, minimum: 0 } });

export const requestIdHeader = {
  'X-Request-Id': header("The caller's UUID, or a generated one", '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3'),
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
  'X-RateLimit-Limit': whole('Calls allowed in a window'),
  'X-RateLimit-Remaining': whole('Remaining calls'),
  'X-RateLimit-Reset': whole('Epoch seconds'),
};

/** Errors that a client which follows the document can receive. */
const RESPONSES = {
  400: 'Invalid request',
  401: 'Missing or invalid credentials',
  403: 'Request from a page of another site, account disabled, or API key without the scope',
  404: 'Not found',
  408: 'The body arrived too slowly; a stalled upload does not count against the rate limit',
  409: 'Email already registered, or a request with this Idempotency-Key is running',
  413: 'A photo is too large',
  415: 'The type of a photo is not supported',
  422: 'A photo cannot be decoded, or the Idempotency-Key was used for another request',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'No provider can answer, or the service is temporarily unavailable',
} as const satisfies Partial<Record<ApiErrorStatus, string>>;

type Status = keyof typeof RESPONSES;

export const bytes = { type: 'string' as const, format: 'binary' };

/** Returns the errors of an endpoint, which follow from its policy, its limit, its request and its own list. */
export function errorResponses(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const { errors = [], method, operationId, procedure, request = {} } = endpoint;
  const { limit, policy, throttle } = metaOf(procedure, operationId);
  const uploads = request.multipart !== undefined;
  const statuses: Status[] = [
    400,
    ...(policy === 'public' ? [] : [401 as const]),
    // An API key may lack the scope of any call that is not public.
    ...(method === 'GET' && policy === 'public' ? [] : [403 as const]),
    ...(request.params === undefined ? [] : [404 as const]),
    ...(method === 'GET' ? [] : [408 as const]),
    ...(uploads ? [413 as const, 415 as const, 422 as const] : []),
    // Without a limit, too many concurrent calls of a signed-in caller are refused.
    ...(limit === undefined && throttle === undefined && policy === 'public' ? [] : [429 as const]),
    500,
    503,
    ...errors,
  ];
  return Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/Error${status}` }]),
  );
}

/** Returns the responses that `errorResponses` refers to. */
export function errorComponents({ mediaType, schema }: ErrorPresenter): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    Object.entries(RESPONSES).map(([status, description]) => [
      `Error${status}`,
      {
        description,
        headers: {
          ...(status === '429' ? rateLimitHeaders : requestIdHeader),
          ...(['409', '429', '503'].includes(status) ? { 'Retry-After': whole('Seconds') } : {}),
          ...(status === '401' ? { 'WWW-Authenticate': header('Authentication scheme', 'Bearer') } : {}),
        },
        content: { [mediaType]: schema === undefined ? {} : { schema } },
      },
    ]),
  );
}
