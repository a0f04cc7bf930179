import type { NextAuthOptions } from 'next-auth';

/** How long somebody may take at another service until they come back, in seconds. */
const CHECK_MAX_AGE = 15 * 60;

/** More pieces than a session of ours ever has; no more are read from a request. */
const MAX_CHUNKS = 8;

/**
 * Names and flags of next-auth's cookies. Over https the names bind browsers to Secure, path `/` and no domain (RFC
 * 6265bis, 4.1.3); over plain http no browser would take such a name.
 */
export function cookiesFor(appUrl: URL): NonNullable<NextAuthOptions['cookies']> & { sessionToken: { name: string } } {
  const secure = appUrl.protocol === 'https:';
  const prefix = secure ? '__Host-' : '';
  // Lax: back from another service they are asked for, and from nowhere else but our own pages.
  const options = { httpOnly: true, sameSite: 'lax' as const, path: '/', secure };
  const check = { ...options, maxAge: CHECK_MAX_AGE };
  return {
    sessionToken: { name: `${prefix}plantcommunity.session`, options },
    callbackUrl: { name: `${prefix}plantcommunity.callback-url`, options },
    csrfToken: { name: `${prefix}plantcommunity.csrf`, options },
    state: { name: `${prefix}plantcommunity.state`, options: check },
    pkceCodeVerifier: { name: `${prefix}plantcommunity.pkce`, options: check },
    nonce: { name: `${prefix}plantcommunity.nonce`, options: check },
  };
}

/**
 * Returns the session cookie that a browser has after the Set-Cookie lines of an answer: empty if they remove it,
 * undefined if they do not change it.
 */
export function sessionCookieSet(lines: readonly string[], name: string): string | undefined {
  const pairs = lines
    .map((line) => line.split(';', 1)[0] ?? '')
    .filter((pair) => pair.startsWith(`${name}=`) || pair.startsWith(`${name}.`));
  if (pairs.length === 0) return undefined;
  // A cookie that changes between one piece and several also removes its old form: ignore the removals.
  return readSessionCookie(pairs.filter((pair) => !pair.endsWith('=')).join('; '), name) ?? '';
}

/** The value of cookie `name` in a Cookie header, put together when next-auth had to cut it into `name.0`, `name.1`, … */
export function readSessionCookie(header: string | null, name: string): string | undefined {
  if (header === null) return undefined;
  const values = new Map<string, string>();
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    // The first of a name is the one with the longest path, which is the one to believe (RFC 6265, 5.4).
    if (equals > 0 && key.startsWith(name) && !values.has(key)) values.set(key, pair.slice(equals + 1).trim());
  }
  const whole = values.get(name);
  if (whole !== undefined) return whole || undefined;
  let joined = '';
  for (let n = 0; n < MAX_CHUNKS; n++) {
    const chunk = values.get(`${name}.${n}`);
    if (chunk === undefined) break;
    joined += chunk;
  }
  return joined || undefined;
}
