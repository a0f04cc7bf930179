import { isWellFormed, looksLikeKey } from './api-keys/key-text.ts';

/**
 * Returns the token of `Authorization: Bearer …` (RFC 6750, 2.1), empty when the header holds no single token; undefined
 * without such a header.
 */
export function bearerOf(headers: Headers): string | undefined {
  const authorization = headers.get('authorization') ?? '';
  if (!/^bearer(\s|$)/i.test(authorization)) return undefined;
  const token = authorization.slice('bearer'.length).trim();
  return /^[\w\-.~+/]+=*$/.test(token) ? token : '';
}

/** Returns the Bearer token of a request if it is meant as an API key. */
export function apiKeyOf(headers: Headers): string | undefined {
  const bearer = bearerOf(headers);
  return bearer !== undefined && looksLikeKey(bearer) ? bearer : undefined;
}

/**
 * Returns the API key of a request unless its form shows that it is none. Undefined, too, without a key: then the database
 * is not asked for one.
 */
export function wellFormedApiKeyOf(headers: Headers): string | undefined {
  const key = apiKeyOf(headers);
  return key !== undefined && isWellFormed(key) ? key : undefined;
}

/** What a Bearer token is meant as, judged by how it begins. */
export type BearerKind = 'access_token' | 'api_key';

/** Returns the kind of a request's Bearer token, valid or not; undefined without one. */
export function bearerKindOf(headers: Headers): BearerKind | undefined {
  const bearer = bearerOf(headers);
  if (bearer === undefined) return undefined;
  return looksLikeKey(bearer) ? 'api_key' : 'access_token';
}
