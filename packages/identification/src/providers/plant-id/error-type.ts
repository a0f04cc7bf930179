import type { ProviderErrorType, RejectedPart } from '../../types.ts';

const OUT_OF_CREDITS = /sufficient number of available credits|credit limit/i;

/**
 * Classifies a status outside 2xx. Bodies are plain text. 402 and 429 always mean that no credits are left (this API
 * has no rate limit), and so does 403 when its body says so. 408 and 425 are about the connection, not about the
 * request.
 */
export function errorTypeOf(status: number, text: string): ProviderErrorType {
  if (status === 402 || status === 429) return 'quota';
  if (status === 403 && OUT_OF_CREDITS.test(text.slice(0, 1000))) return 'quota';
  if (status === 401 || status === 403) return 'misconfigured';
  if (status === 408 || status === 425) return 'failed';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
}

/** Statuses of a missing route: the configured URL of the service is wrong, which no caller can fix. */
const NOT_OF_THE_REQUEST: ReadonlySet<number> = new Set([404, 405, 410]);

/** Returns the part of the request that a `rejected` answer is about; undefined when it is not about the request. */
export function rejectedPart(status: number, text: string): RejectedPart | undefined {
  if (NOT_OF_THE_REQUEST.has(status)) return undefined;
  const body = text.slice(0, 1000);
  if (status === 413 || status === 415 || /image|base64/i.test(body)) return 'image';
  return /latitude|longitude/i.test(body) ? 'location' : 'request';
}
