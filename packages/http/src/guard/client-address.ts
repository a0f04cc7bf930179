import { isIP, SocketAddress } from 'node:net';

/** What stands for an address that is not known; so that the places of the others hold. */
const UNKNOWN = 'unknown';

/**
 * `X-Forwarded-For` with the end of the connection appended, as a proxy does. Our server does so before anything of a
 * request is believed, so no client can forge the last entry. A server that listens on `::` sees an IPv4 client as
 * `::ffff:192.0.2.7`; the entry is the IPv4 address.
 */
export function withPeer(forwardedFor: string | undefined, peer: string | undefined): string {
  const address = plainAddress(peer ?? '') ?? UNKNOWN;
  return forwardedFor === undefined ? address : `${forwardedFor}, ${address}`;
}

/**
 * Where a request came from. The last entry of `X-Forwarded-For` is the end of our own connection, the `proxyHops`
 * before it were written by our proxies, each telling who called it, and everything before those could be anybody's. A
 * request with fewer entries came past a proxy, or through one that writes none: then it is the end of the connection,
 * which cannot be forged either. Undefined when the header does not tell.
 */
export function clientAddress(headers: Headers, proxyHops: number): string | undefined {
  const entries = headers.get('x-forwarded-for')?.split(',');
  return plainAddress((entries?.at(-1 - proxyHops) ?? entries?.at(-1) ?? '').trim());
}

/** Without port or zone; IPv6 in its shortest form, and IPv4 inside it as the IPv4 it is. */
function plainAddress(entry: string): string | undefined {
  const address = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? entry.replace(/^([\d.]+):\d+$/, '$1');
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family !== 6) return family === 4 ? bare : undefined;
  const shortest = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  return /^::ffff:([\d.]+)$/.exec(shortest)?.[1] ?? shortest;
}
