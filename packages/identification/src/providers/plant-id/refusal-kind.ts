import type { ProviderErrorKind } from '../../provider.ts';

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
