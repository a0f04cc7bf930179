import ipaddr from 'ipaddr.js';

/** Global unicast addresses of IPv6 (RFC 4291, 2.4); all others are reserved or of a local scope. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Services of a cloud for its own machines at an address that is not reserved: Azure's agent and metadata. */
const CLOUD_SERVICES: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an IP address is one of the Internet: not private, loopback, link-local (with the metadata service of clouds),
 * unique-local, shared (CGNAT), multicast, reserved, or an IPv6 form that leads to an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address.includes('%')) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || CLOUD_SERVICES.has(parsed.toString())) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}
