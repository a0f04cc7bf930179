import { isIP } from 'node:net';
import type { Environment, Fault, Given } from './given.ts';
import { bypassesProxy, portOf } from './no-proxy.ts';
import { CONTROL_CHARACTER } from './values.ts';

/** Argument of `setGlobalProxyFromEnv` of `node:http`: the proxies for requests to other machines. */
export interface ProxyEnvironment {
  http_proxy?: string;
  https_proxy?: string;
  no_proxy: string;
}

/** Names of this machine, whose services, simulator and probes are reached directly, with or without NO_PROXY. */
const THIS_MACHINE = [
  'localhost',
  '.localhost',
  'localhost.',
  '127.0.0.1',
  '::1',
  '[::1]',
  // `fetch` knows no ranges.
  '127.0.0.0-127.255.255.255',
  // It leads here when a client connects to it.
  '0.0.0.0',
];

const OUTGOING = [
  'PLANT_ID_BASE_URL',
  'PLANTNET_BASE_URL',
  'UPSTASH_REDIS_REST_URL',
  'AUTH_GITHUB_ISSUER',
  'AUTH_GOOGLE_ISSUER',
  'ALERT_WEBHOOK_URL',
] as const;

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
