import { BlockList, isIP } from 'node:net';
import { isLoopback } from './hosts.ts';

/**
 * Whether a request bypasses the proxy: because of NO_PROXY, or because it goes to this machine. Entries are names,
 * which cover the names below them, addresses, ranges such as `10.0.0.0/8`, and `*`; a port after an entry limits it to
 * that port.
 */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const port = portOf(url);
  if (isLoopback(host)) return true;
  return noProxy.split(/[\s,]+/).some((entry) => entry !== '' && covers(entry.toLowerCase(), host, port));
}

export function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(entry, host);
  const [, name = entry, onlyPort = port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (onlyPort !== port) return false;
  const plain = name.replace(/^\[(.*)\]$/, '$1').replace(/^\*?\./, '');
  return host === plain || (isIP(host) === 0 && host.endsWith(`.${plain}`));
}

function isWithin(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const version = isIP(network);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const prefix = Number(bits);
  if (version === 0 || isIP(host) !== version || !/^\d{1,3}$/.test(bits) || prefix > (version === 6 ? 128 : 32)) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(host, family);
}
