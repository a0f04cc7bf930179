export interface CorsConfig {
  /** Origins whose pages may read answers of the API. */
  corsOrigins: readonly string[];
  /** Origins whose pages may change state with a cookie. */
  trustedOrigins: readonly string[];
}

type ResponseHeaders = Readonly<Record<string, string>>;

/** Response headers for a listed origin. */
interface CorsGrant {
  /** Headers of every answer. */
  answer: ResponseHeaders;
  /** Headers of the answer to a preflight request. */
  preflight: ResponseHeaders;
}

/** Response headers that a page of another origin may read; browsers hide all others. */
const EXPOSED = [
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Deprecation',
  'Sunset',
  'Link',
  'Idempotent-Replayed',
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Location',
  'Allow',
  'Accept',
  'WWW-Authenticate',
].join(', ');

/**
 * Request headers that a page of another origin may send. Pages of Django systems send X-CSRFToken with each request: it is
 * not read, but browsers would not send the request if it were not allowed here.
 */
const ALLOWED = ['Authorization', 'Content-Type', 'X-Request-Id', 'Idempotency-Key', 'X-CSRFToken'].join(', ');

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': ALLOWED,
  // Seconds. Browsers accept at most two hours; ten minutes let a changed list take effect soon.
  'Access-Control-Max-Age': '600',
};

/**
 * Builds the response headers of each listed origin, by the value of `Origin`. Apps of other origins send tokens, not
 * cookies: only a page that may change state with a cookie may also read with one.
 */
export function corsGrants({ corsOrigins, trustedOrigins }: CorsConfig): ReadonlyMap<string, CorsGrant> {
  return new Map(
    corsOrigins.map((origin) => {
      const allowed = {
        'Access-Control-Allow-Origin': origin,
        ...(trustedOrigins.includes(origin) && { 'Access-Control-Allow-Credentials': 'true' }),
      };
      const grant = {
        answer: { ...allowed, 'Access-Control-Expose-Headers': EXPOSED },
        preflight: { ...allowed, ...PREFLIGHT },
      };
      return [origin, grant];
    }),
  );
}
