export interface CorsConfig {
  /** Origins whose pages may read what the API answers them. */
  corsOrigins: readonly string[];
  /** Origins whose pages may change state with a cookie. */
  trustedOrigins: readonly string[];
}

type AnswerHeaders = Readonly<Record<string, string>>;

/** What a listed origin is told: with every answer, and beforehand. */
interface CorsGrant {
  answer: AnswerHeaders;
  preflight: AnswerHeaders;
}

/** Browsers hide all others from a page of another origin. */
const EXPOSED = [
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Deprecation',
  'Sunset',
  'Link',
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
].join(', ');

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Request-Id, Idempotency-Key',
  // Seconds; browsers keep it two hours at most, and a list that was changed should be felt sooner.
  'Access-Control-Max-Age': '600',
};

/**
 * What each listed origin is granted, by the value of `Origin`. Other origins' apps come with tokens, not with cookies:
 * only a page that may change state with a cookie anyway may also read with one.
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
