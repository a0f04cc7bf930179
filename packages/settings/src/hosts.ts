import { BlockList, isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** The loopback address of each family; `localhost` may stand for either, depending on the client. */
export const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach a host, which may be an entry of ALLOWED_HOSTS. */
export function isLoopback(host: string): boolean {
  const name = withoutBrackets(host.toLowerCase()).replace(/%.*$/, '').replace(/^\./, '').replace(/\.$/, '');
  const family = isIP(name);
  if (family === 0) return name === 'localhost' || name.endsWith('.localhost');
  return loopback.check(name, family === 6 ? 'ipv6' : 'ipv4');
}

/** Parses HOST, a name or an address of this machine to listen on; the result has no brackets. */
export const listenHost = z.string().transform((text, context): string => {
  const host = withoutBrackets(text);
  if (isIPv6(host)) return host;
  const name = canonicalName(text);
  if (name !== undefined) return name;
  const rule = isWithPort(text) ? ' without a port, which is PORT' : ' such as 127.0.0.1, or :: for all addresses';
  context.addIssue(`must be a host name or an address of this machine${rule}`);
  return z.NEVER;
});

/**
 * Parses an entry of ALLOWED_HOSTS as Django does: a name without a port, or `.plants.example` for a name and all names
 * below it. The result has the form that browsers send: lower case, IDNA, no final dot, the shortest IPv6 form without
 * brackets.
 */
export const allowedHost = z.string().transform((text, context): string => {
  const address = withoutBrackets(text).replace(/%.*$/, '');
  if (isIPv6(address)) return withoutBrackets(new URL(`http://[${address}]`).hostname);
  const isSuffix = text.startsWith('.');
  const name = canonicalName(isSuffix ? text.slice(1) : text);
  if (name !== undefined && !(isSuffix && isIP(name) > 0)) return isSuffix ? `.${name}` : name;
  context.addIssue(faultOf(text));
  return z.NEVER;
});

/** Describes what is wrong with an entry of ALLOWED_HOSTS, and the right form. */
function faultOf(text: string): string {
  if (text === '*') return 'must name the hosts that are served: * would serve any (probes are answered for any host)';
  if (text.startsWith('*.')) return 'must begin with a dot instead of *: .plants.example is that name and all below it';
  if (/["']/.test(text)) return 'must hold names without quotes: plants.example,www.plants.example';
  if (/[\s;|]/.test(text)) return 'must separate its names by commas: plants.example,www.plants.example';
  if (text.includes('//')) return 'must hold names without a scheme: plants.example instead of https://plants.example';
  if (text.includes('/')) return 'must hold names without a path: plants.example';
  if (isWithPort(text)) return 'must hold names without a port: plants.example instead of plants.example:443';
  return 'must hold host names such as plants.example, .plants.example for all names below it, 192.0.2.7 or ::1';
}

/** Matches labels of letters, digits and hyphens, as in a `Host` header that is accepted. */
const NAME = /^(?=.{1,253}$)[a-z\d-]{1,63}(\.[a-z\d-]{1,63})*$/;

function canonicalName(text: string): string | undefined {
  // The conversion would decode escapes, and leave out what no host can contain.
  const name = /[\p{Cc}\s%/?#@:\\]/u.test(text) ? '' : domainToASCII(text).replace(/\.$/, '');
  return NAME.test(name) ? name : undefined;
}

const isWithPort = (text: string): boolean => /^([^:]*|\[.*\]):\d*$/.test(text);

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
