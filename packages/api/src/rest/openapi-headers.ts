import type { oas31 } from 'zod-openapi';

/** Documented response headers by name. */
export type DocumentedHeaders = Readonly<Record<string, oas31.HeaderObject | oas31.ReferenceObject>>;

const text = (description: string, example: string): oas31.HeaderObject => ({
  description,
  schema: { type: 'string' },
  example,
});
const whole = (description: string, example: number, minimum = 0): oas31.HeaderObject => ({
  description,
  schema: { type: 'integer', minimum },
  example,
});

/** The response headers that several operations share, by their name in the components of the document. */
export const headerComponents = {
  RequestId: {
    ...text("The caller's X-Request-Id if it is a UUID, or a generated one", '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3'),
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  RateLimitPolicy: text('Each limit: q calls (credits for a daily share) in w seconds', '"identify-free";q=100;w=3600'),
  RateLimit: text(
    'Each limit: r remaining, t seconds until the reset; on 429 the exceeded limit comes first',
    '"identify-free";r=97;t=1312',
  ),
  RateLimitLimit: whole('Calls allowed in a window', 100),
  RateLimitRemaining: whole('Remaining calls', 97),
  RateLimitReset: whole('Epoch seconds of the reset', 1_795_287_600),
  RetryAfter: { ...whole('Seconds to wait before the next try', 30, 1), required: true },
  WwwAuthenticate: text('How to authenticate (RFC 6750)', 'Bearer'),
  Accept: text('The media type that the operation takes', 'multipart/form-data'),
} as const satisfies Record<string, oas31.HeaderObject>;

const shared = (name: keyof typeof headerComponents) => ({ $ref: `#/components/headers/${name}` });

export const requestIdHeader: DocumentedHeaders = { 'X-Request-Id': shared('RequestId') };

export const rateLimitHeaders: DocumentedHeaders = {
  'RateLimit-Policy': shared('RateLimitPolicy'),
  RateLimit: shared('RateLimit'),
  'X-RateLimit-Limit': shared('RateLimitLimit'),
  'X-RateLimit-Remaining': shared('RateLimitRemaining'),
  'X-RateLimit-Reset': shared('RateLimitReset'),
};

/** The same on responses to calls that have been counted, which always have them. */
export const requiredRateLimitHeaders: DocumentedHeaders = {
  'RateLimit-Policy': { ...headerComponents.RateLimitPolicy, required: true },
  RateLimit: { ...headerComponents.RateLimit, required: true },
  'X-RateLimit-Limit': { ...headerComponents.RateLimitLimit, required: true },
  'X-RateLimit-Remaining': { ...headerComponents.RateLimitRemaining, required: true },
  'X-RateLimit-Reset': { ...headerComponents.RateLimitReset, required: true },
};

export const retryAfterHeader: DocumentedHeaders = { 'Retry-After': shared('RetryAfter') };

/** The same on responses of which only some say when to repeat the request. */
export const optionalRetryAfterHeader: DocumentedHeaders = {
  'Retry-After': { ...headerComponents.RetryAfter, required: false },
};

export const acceptHeader: DocumentedHeaders = { Accept: shared('Accept') };

export const authenticateHeader: DocumentedHeaders = { 'WWW-Authenticate': shared('WwwAuthenticate') };

/** Documents the Location of a 201. @param example a path */
export function locationHeader(example: string): DocumentedHeaders {
  return { Location: { ...text('Path of what was created', example), required: true } };
}
