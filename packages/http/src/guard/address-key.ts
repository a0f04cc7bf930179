import { isIPv6 } from 'node:net';

/**
 * What is counted together as one place: an IPv4 address, or the /64 of an IPv6 address, out of which anybody who has
 * one has 2^64. Takes an address as `clientAddress` gives it.
 */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
