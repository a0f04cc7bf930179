/** An address is 45 characters at most (IPv6 with an IPv4 tail); anything longer is none. */
const LONGEST = 45;

/**
 * Where a request came from by what our own proxies say: each appends to `X-Forwarded-For` the address it was called
 * from, so the last `proxyHops` entries are theirs and everything before could be anybody's.
 */
export function clientAddress(headers: Headers, proxyHops: number): string | undefined {
  if (proxyHops === 0) return undefined;
  const told = headers.get('x-forwarded-for')?.split(',').at(-proxyHops)?.trim();
  return told === undefined || told === '' || told.length > LONGEST ? undefined : told;
}
