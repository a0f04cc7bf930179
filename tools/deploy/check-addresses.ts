import { tmpdir } from 'node:os';
import { readDatabaseUrl } from '@plantcommunity/db/connection';
import { isLoopback, type Settings } from '@plantcommunity/settings';
import { error, type Finding, warning } from './finding.ts';

/** Time for which load balancers keep an idle connection by default: 60 seconds. */
const LEAST_KEEP_ALIVE_MS = 65_000;

/** Who we are to browsers: origin, hosts, cookies and the proxies in front. */
export function checkPublicAddresses(
  settings: Pick<
    Settings,
    'appUrl' | 'allowedHosts' | 'trustedOrigins' | 'corsOrigins' | 'proxyHops' | 'httpsRedirect' | 'keepAliveMs'
  >,
): Finding[] {
  const { allowedHosts, appUrl, corsOrigins, httpsRedirect, keepAliveMs, proxyHops, trustedOrigins } = settings;
  const findings: Finding[] = [];
  const https = appUrl.protocol === 'https:';
  if (!https) {
    findings.push(
      error(
        'APP_URL',
        'is not https: passwords and photos cross the network in the clear, and cookies are neither Secure nor __Host-.',
      ),
    );
  }
  if (isLoopback(appUrl.hostname)) findings.push(error('APP_URL', 'is an address of this machine alone.'));
  const ownHost = appUrl.hostname.replace(/^\[(.*)\]$/, '$1');
  const isServed = (allowed: string) =>
    allowed.startsWith('.') ? `.${ownHost}`.endsWith(allowed) : allowed === ownHost;
  if (!allowedHosts.some(isServed)) {
    findings.push(
      error('ALLOWED_HOSTS', `lacks ${appUrl.hostname}, the host of APP_URL: every visitor would get a 400.`),
    );
  }
  const local = allowedHosts.filter(isLoopback);
  if (local.length > 0) {
    findings.push(
      warning('ALLOWED_HOSTS', `has ${local.join(', ')}: probes need no entry, since they are answered for any host.`),
    );
  }
  for (const [about, origins] of [
    ['CORS_ALLOWED_ORIGINS', corsOrigins],
    ['CSRF_TRUSTED_ORIGINS', trustedOrigins],
  ] as const) {
    const open = origins.filter((origin) => !origin.startsWith('https:'));
    if (open.length > 0)
      findings.push(error(about, `${open.join(', ')} is not https: anybody on the way can speak for it.`));
  }
  if (keepAliveMs < LEAST_KEEP_ALIVE_MS) {
    findings.push(
      warning(
        'KEEP_ALIVE_TIMEOUT',
        'is under 65 s, while load balancers keep connections for 60: requests that cross our closing get a 502.',
      ),
    );
  }
  if (https && proxyHops === 0) {
    const redirects = httpsRedirect ? ' and each request would be redirected to where it came from, for ever' : '';
    findings.push(
      (httpsRedirect ? error : warning)(
        'TRUSTED_PROXY_HOPS',
        `is 0, yet https must end at a proxy in front: addresses of clients are the proxy's${redirects}.`,
      ),
    );
  }
  return findings;
}

/** Where we get things from: databases, Redis and providers that are embedded, simulated, or spoken to in the clear. */
export function checkServiceAddresses(
  settings: Pick<Settings, 'database' | 'redis' | 'plantId' | 'plantnet'>,
): Finding[] {
  const { database, plantId, plantnet, redis } = settings;
  const findings: Finding[] = [];
  findings.push(...judgeDatabase('DATABASE_URL', database.url));
  findings.push(...judgeDatabase('DIRECT_DATABASE_URL', database.directUrl));
  findings.push(...judgeRedis(redis.connection));
  for (const [about, { apiKey, baseUrl }] of [
    ['PLANT_ID_BASE_URL', plantId],
    ['PLANTNET_BASE_URL', plantnet],
  ] as const) {
    const { hostname, protocol } = new URL(baseUrl);
    if (apiKey === undefined)
      findings.push(warning(about.replace('BASE_URL', 'API_KEY'), 'is not set: this provider is off.'));
    else if (isLoopback(hostname))
      findings.push(error(about, 'is an address of this machine: a simulator would answer for real plants.'));
    else if (protocol !== 'https:')
      findings.push(error(about, 'is not https: our key would cross the network in the clear.'));
  }
  return findings;
}

function judgeDatabase(about: string, url: string | undefined): Finding[] {
  if (url === undefined) return [];
  const { hosts, tls } = readDatabaseUrl(url, about);
  if (hosts.some(({ host }) => isEmbedded(host))) {
    return [error(about, 'is the embedded database, which ends with the process that started it.')];
  }
  const isFarAway = hosts.some(({ host }) => !host.startsWith('/') && !isLoopback(host));
  return isFarAway && !/^(require|verify-)/.test(tls.mode)
    ? [warning(about, 'leads to another machine without sslmode=require.')]
    : [];
}

function judgeRedis(connection: Settings['redis']['connection']): Finding[] {
  if (connection === undefined) return [];
  if ('restUrl' in connection) {
    return connection.restUrl.startsWith('https:')
      ? []
      : [error('UPSTASH_REDIS_REST_URL', 'is not https: the token would cross the network in the clear.')];
  }
  const url = new URL(connection.url);
  if (url.protocol === 'unix:') {
    return isEmbedded(url.pathname)
      ? [error('REDIS_URL', 'is the embedded Redis, which ends with the process that started it.')]
      : [];
  }
  return url.protocol === 'redis:' && isFar(url)
    ? [warning('REDIS_URL', 'leads to another machine without TLS: use rediss://.')]
    : [];
}

/** Sockets of embedded services lie in folders under the system's one for passing things. */
function isEmbedded(path: string): boolean {
  return path.startsWith(`${tmpdir()}/`);
}

function isFar({ hostname }: URL): boolean {
  return hostname !== '' && !isLoopback(hostname);
}
