import type { ProviderErrorKind, Rejected } from '../../provider.ts';

const OUT_OF_CREDITS = /sufficient number of available credits|credit limit/i;

/**
 * What a status outside 2xx means. Bodies are plain text. 429 is always about credits: this API has no rate limit; so
 * is 402 whatever its body, and 403 when it says so. 408 and 425 are about the connection, not about what was asked.
 */
export function refusalKind(status: number, text: string): ProviderErrorKind {
  if (status === 402 || status === 429) return 'quota';
  if (status === 403 && OUT_OF_CREDITS.test(text.slice(0, 1000))) return 'quota';
  if (status === 401 || status === 403) return 'misconfigured';
  if (status === 408 || status === 425) return 'failed';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
}

/** Of a route that is not there: our address of the service is wrong, and no caller can do anything about it. */
const NOT_OF_THE_REQUEST: ReadonlySet<number> = new Set([404, 405, 410]);

/** What of the request a `rejected` status refuses; undefined when it is not about the request. */
export function rejectedPart(status: number, text: string): Rejected | undefined {
  if (NOT_OF_THE_REQUEST.has(status)) return undefined;
  const body = text.slice(0, 1000);
  if (status === 413 || status === 415 || /image|base64/i.test(body)) return 'image';
  return /latitude|longitude/i.test(body) ? 'location' : 'request';
}
