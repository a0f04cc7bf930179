import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Whether a request may read the metrics: it sends the token as a bearer token. Without a token, which only development
 * allows, everyone may: development serves this machine alone.
 */
export function mayReadMetrics(headers: Headers, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = /^Bearer +(.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  // Digests have one length, so that the comparison takes the same time for every guess.
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}
