import type { NextAuthOptions } from 'next-auth';

/** Time that a person may spend at another service before they come back, in seconds. */
const CHECK_MAX_AGE = 15 * 60;

/** Maximum pieces of a cookie that are read: more than a session of ours ever has. */
const MAX_CHUNKS = 8;

/**
 * Returns names and flags of next-auth's cookies. Over https the prefix makes browsers require Secure, path `/` and no
 * domain (RFC 6265bis, 4.1.3); over plain http browsers reject such a name.
 */
export function cookiesFor(appUrl: URL): NonNullable<NextAuthOptions['cookies']> & { sessionToken: { name: string } } {
  const secure = appUrl.protocol === 'https:';
  const prefix = secure ? '__Host-' : '';
  // Lax: sent on the top-level navigation back from another service, and otherwise only from our own pages.
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

/** Returns the value of cookie `name` in a Cookie header; joins the pieces `name.0`, `name.1`, … of a long one. */
export function readSessionCookie(header: string | null, name: string): string | undefined {
  if (header === null) return undefined;
  const values = new Map<string, string>();
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    // Use the first cookie of a name: browsers send the one with the longest path first (RFC 6265, 5.4).
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
