/**
 * The token of `Authorization: Bearer …` (RFC 6750, 2.1), empty when it holds none or more than one; undefined when the
 * request does not bring one.
 */
export function bearerOf(headers: Headers): string | undefined {
  const authorization = headers.get('authorization') ?? '';
  if (!/^bearer(\s|$)/i.test(authorization)) return undefined;
  const token = authorization.slice('bearer'.length).trim();
  return /^[\w\-.~+/]+=*$/.test(token) ? token : '';
}
