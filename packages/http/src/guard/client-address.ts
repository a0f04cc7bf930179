import { isIP, isIPv6, SocketAddress } from 'node:net';

/** Stands for an address that is not known, so that the positions of the other entries stay right. */
const UNKNOWN = 'unknown';

/**
 * Appends the peer of the connection to `X-Forwarded-For`, as a proxy does. The server calls it before it trusts
 * anything in a request, so no client can forge the last entry. A server that listens on `::` sees an IPv4 client as
 * `::ffff:192.0.2.7`; the entry is the IPv4 address.
 */
export function withPeer(forwardedFor: string | undefined, peer: string | undefined): string {
  const address = plainAddress(peer ?? '') ?? UNKNOWN;
  return forwardedFor === undefined ? address : `${forwardedFor}, ${address}`;
}

/**
 * Returns the address of the client. The last entry of `X-Forwarded-For` is the peer of our own connection; the
 * `proxyHops` entries before it were written by our proxies, each with the address of its caller; any client can forge
 * the entries before those. A request with fewer entries bypassed a proxy, or came through one that writes none: then
 * the result is the peer, which cannot be forged either. Undefined when the header holds no address there.
 */
export function clientAddress(headers: Headers, proxyHops: number): string | undefined {
  const entries = headers.get('x-forwarded-for')?.split(',');
  return plainAddress((entries?.at(-1 - proxyHops) ?? entries?.at(-1) ?? '').trim());
}

/** Removes port and zone; returns IPv6 in its shortest form, and an IPv4 address inside it as IPv4. */
function plainAddress(entry: string): string | undefined {
  const address = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? entry.replace(/^([\d.]+):\d+$/, '$1');
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family !== 6) return family === 4 ? bare : undefined;
  const shortest = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  return /^::ffff:([\d.]+)$/.exec(shortest)?.[1] ?? shortest;
}

/**
 * Returns the key under which an address is counted: an IPv4 address itself, or the /64 of an IPv6 address, since a
 * client that has one address of a /64 usually has all 2^64. Takes an address as `clientAddress` returns it.
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

/**
 * Returns the scheme with which the client sent the request. Only our own proxies are believed: with `proxyHops` of
 * them, the outermost wrote the entry of `X-Forwarded-Proto` that many from the right, or the only entry if the others
 * pass it on. Without a proxy, or when the header is missing, the scheme is that of our own connection.
 */
export function clientScheme(
  forwardedProto: string | undefined,
  isEncrypted: boolean,
  proxyHops: number,
): 'http' | 'https' {
  const connection = isEncrypted ? 'https' : 'http';
  if (proxyHops === 0 || forwardedProto === undefined) return connection;
  const entries = forwardedProto.split(',');
  const entry = (entries.at(-proxyHops) ?? entries[0] ?? '').trim().toLowerCase();
  return entry === 'https' ? 'https' : 'http';
}
