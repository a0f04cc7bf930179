/** Longer ones are nobody's page. */
const MAX_LENGTH = 2048;
/** Reserved for examples (RFC 2606): never a host of anybody's. */
const NOWHERE = 'http://next.invalid';

/**
 * Where to go after signing in: `value` when it is a path of our own with its query, else `fallback`. Refused are
 * other origins in every spelling (`https://x`, `//x`, `/\x`, `/<tab>/x`, `/.//x`).
 */
export function safeNextPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(value))
    return fallback;
  const url = URL.parse(value, NOWHERE);
  if (url === null || url.origin !== NOWHERE || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}
