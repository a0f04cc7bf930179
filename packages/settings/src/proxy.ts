import * as nodeHttp from 'node:http';
import { BlockList, isIP } from 'node:net';
import { type Environment, type Fault, type Given, SettingsError } from './environment.ts';
import { isLoopback } from './hosts.ts';
import { CONTROL_CHARACTER } from './values.ts';

/** Argument of `setGlobalProxyFromEnv` of `node:http`: the proxies for requests to other machines. */
export interface ProxyEnvironment {
  http_proxy?: string;
  https_proxy?: string;
  no_proxy: string;
}

/** Names of this machine: its services, simulator and probes never need NO_PROXY to be reached directly. */
const THIS_MACHINE = [
  'localhost',
  '.localhost',
  'localhost.',
  '127.0.0.1',
  '::1',
  '[::1]',
  // `fetch` knows no ranges.
  '127.0.0.0-127.255.255.255',
  // A client that connects to this address reaches its own machine.
  '0.0.0.0',
];

/** Settings with an address to which requests go out. */
const OUTGOING = [
  'PLANT_ID_BASE_URL',
  'PLANTNET_BASE_URL',
  'UPSTASH_REDIS_REST_URL',
  'AUTH_GITHUB_ISSUER',
  'AUTH_GOOGLE_ISSUER',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const;

/** A proxy variable that is set. */
type Found = { variable: string; text: string } | undefined;

/**
 * Reads the proxies of the environment as curl does: lower case first, ALL_PROXY for a scheme without a proxy of its
 * own, `http://` for a proxy without a scheme.
 */
export function proxyOf(
  environment: Environment,
  given: Given,
): { proxy: ProxyEnvironment | undefined; faults: Fault[] } {
  const find = (name: string): Found => {
    for (const variable of [name.toLowerCase(), name]) {
      const text = environment[variable]?.trim();
      if (text) return { variable, text };
    }
    return undefined;
  };
  const forAll = usedProxy(find('ALL_PROXY'), given);
  const [http, https] = [find('HTTP_PROXY') ?? forAll, find('HTTPS_PROXY') ?? forAll];
  const faults = [...new Set([http, https])].flatMap((found) => faultIn(found) ?? []);
  if (faults.length > 0 || (!http && !https)) return { proxy: undefined, faults };
  const noProxy = find('NO_PROXY')?.text ?? '';
  return {
    proxy: {
      ...(http && { http_proxy: withScheme(http.text) }),
      ...(https && { https_proxy: withScheme(https.text) }),
      no_proxy: [...THIS_MACHINE, ...entriesOf(noProxy), ...bypassedIn(given, noProxy)].join(','),
    },
    faults,
  };
}

/** Ignores a SOCKS proxy in ALL_PROXY, which desktops set for every program, if nothing is sent to other machines. */
function usedProxy(found: Found, given: Given): Found {
  const sends = [given.PLANT_ID_API_KEY, given.PLANTNET_API_KEY, given.UPSTASH_REDIS_REST_URL].some((value) => value);
  return found && (sends || faultIn(found) === undefined) ? found : undefined;
}

const withScheme = (text: string): string => (text.includes('://') ? text : `http://${text}`);

function faultIn(found: Found): Fault | undefined {
  if (!found) return undefined;
  const { text, variable } = found;
  const fault = (problem: string): Fault => ({ variable, problem });
  if (CONTROL_CHARACTER.test(text)) return fault('must be a single line: it holds a control character');
  const url = URL.parse(withScheme(text));
  if (!url || url.hostname === '') return fault('must be the address of a proxy, such as http://proxy.example:3128');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return fault('must be the address of an http:// or https:// proxy: other kinds, such as SOCKS, cannot be used');
  }
  try {
    decodeURIComponent(`${url.username}${url.password}`);
    return undefined;
  } catch {
    return fault('has a % in its user or password that must be written as %25');
  }
}

/** Converts entries to the forms that Node knows: in curl and Python `example.com` is a name and all names below it. */
function entriesOf(noProxy: string): string[] {
  return noProxy.split(/[\s,]+/).flatMap((entry) => {
    if (entry === '' || entry.includes('/')) return [];
    const isName = isIP(entry) === 0 && !/^[.*[]/.test(entry);
    return isName ? [entry, `.${entry}`] : [entry];
  });
}

/** Returns the addresses of the settings that NO_PROXY covers: Node itself knows no ranges such as 10.0.0.0/8. */
function bypassedIn(given: Given, noProxy: string): string[] {
  return OUTGOING.flatMap((name) => {
    const url = URL.parse(given[name] ?? '');
    if (!url || !bypassesProxy(url, noProxy)) return [];
    return [`${url.hostname}:${portOf(url)}`];
  });
}

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

function portOf(url: URL): string {
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

/** `node:http` with a function of Node 24.14 that is missing in the types. */
interface WithProxy extends Pick<typeof nodeHttp, 'request'> {
  setGlobalProxyFromEnv?: (environment: ProxyEnvironment) => () => void;
}

/**
 * Sends the requests of this process, made with `fetch`, `node:http` or `node:https`, through the proxy of the settings.
 * Replaces the agents that Node makes for NODE_USE_ENV_PROXY, which send requests to this machine to the proxy, too.
 * @returns a function that removes the proxy
 * @throws {SettingsError} on a Node without this function
 */
export function useProxy({ isDemo, proxy }: { isDemo: boolean; proxy: ProxyEnvironment | undefined }): () => void {
  // The demo sends nothing to other machines.
  if (!proxy || isDemo) return () => {};
  const { setGlobalProxyFromEnv: install } = nodeHttp as WithProxy;
  if (!install) {
    const problem = `needs Node 24.14 or newer; this is ${process.versions.node}`;
    throw new SettingsError([{ variable: proxy.https_proxy ? 'HTTPS_PROXY' : 'HTTP_PROXY', problem }]);
  }
  return install(proxy);
}
