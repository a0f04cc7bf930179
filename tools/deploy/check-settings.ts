import { tmpdir } from 'node:os';
import { readDatabaseUrl } from '@plantcommunity/db/connection';
import { isLoopback, type ProviderSettings, type Settings } from '@plantcommunity/settings';
import { isWordy, weaknessOf } from './weak-secret.ts';

/** A fault of a deployment. An error must not go live; a warning needs an operator's decision. */
export interface Finding {
  level: 'error' | 'warning';
  /** Name of the setting or service. */
  about: string;
  /** Rest of the sentence that begins with the name: the fault and its remedy. Never a value that may be secret. */
  text: string;
}

export const error = (about: string, text: string): Finding => ({ level: 'error', about, text });
export const warning = (about: string, text: string): Finding => ({ level: 'warning', about, text });

const REMEDY = 'use random bytes, such as those of openssl rand -base64 32';

type Secrets = Pick<
  Settings,
  'authSecrets' | 'metricsToken' | 'alertWebhook' | 'admin' | 'database' | 'redis' | 'plantId' | 'plantnet'
>;

/** Finds secrets that can be guessed, or that are used for two purposes. */
export function checkSecrets(settings: Secrets): Finding[] {
  const { admin, alertWebhook, authSecrets = [], metricsToken } = settings;
  const findings: Finding[] = [];
  const others = otherSecrets(settings);
  for (const [index, secret] of authSecrets.entries()) {
    const which = `secret ${index + 1} of ${authSecrets.length}`;
    findings.push(...checkForm('AUTH_SECRETS', secret, ` in ${which}`));
    if (authSecrets.indexOf(secret) !== index) findings.push(error('AUTH_SECRETS', `holds ${which} twice.`));
    for (const [name, value] of others) {
      if (value === secret)
        findings.push(error(name, 'is one of AUTH_SECRETS: its readers could sign in as any user.'));
    }
  }
  if (metricsToken !== undefined) findings.push(...checkForm('METRICS_TOKEN', metricsToken));
  if (alertWebhook !== undefined) findings.push(...checkForm('ALERT_WEBHOOK_SECRET', alertWebhook.secret));
  if (admin !== undefined) {
    findings.push(
      warning('ADMIN_PASSWORD', 'is needed at the first start alone: take it out of the settings after that.'),
    );
  }
  return findings;
}

/** @param where part of the setting that holds the secret, as the end of a clause */
function checkForm(name: string, secret: string, where = ''): Finding[] {
  const weakness = weaknessOf(secret);
  if (weakness !== undefined) return [error(name, `${weakness}${where}: ${REMEDY}.`)];
  return isWordy(secret) ? [warning(name, `is written in words${where}: ${REMEDY}.`)] : [];
}

/** Returns the secrets that other people and services know: a signing secret must not be one of them. */
function otherSecrets({ admin, alertWebhook, database, metricsToken, plantId, plantnet, redis }: Secrets) {
  const { connection } = redis;
  return [
    ['METRICS_TOKEN', metricsToken],
    ['ALERT_WEBHOOK_SECRET', alertWebhook?.secret],
    ['ADMIN_PASSWORD', admin?.password],
    ['PLANT_ID_API_KEY', plantId.apiKey],
    ['PLANTNET_API_KEY', plantnet.apiKey],
    ['DATABASE_URL', database.url === undefined ? '' : readDatabaseUrl(database.url).password],
    connection && 'token' in connection
      ? ['UPSTASH_REDIS_REST_TOKEN', connection.token]
      : ['REDIS_URL', passwordIn(connection?.url)],
  ] as const;
}

/** Decodes percent signs; text with a % that escapes nothing stays as it is. */
function passwordIn(url: string | undefined): string {
  const written = URL.parse(url ?? '')?.password ?? '';
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Time for which load balancers keep an idle connection by default: 60 seconds. */
const LEAST_KEEP_ALIVE_MS = 65_000;

/** Checks what browsers see: origin, hosts, cookies and the proxies in front. */
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

/** Finds databases, Redis and providers that are embedded, simulated, or reached without TLS. */
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

/** Whether a socket belongs to an embedded service: these lie in the system's temporary folder. */
function isEmbedded(path: string): boolean {
  return path.startsWith(`${tmpdir()}/`);
}

function isFar({ hostname }: URL): boolean {
  return hostname !== '' && !isLoopback(hostname);
}

/** Ranges outside of which a circuit breaker protects no caller, or hardly ever closes again. Times in milliseconds. */
const SOUND: readonly { name: keyof ProviderSettings['circuit']; variable: string; least: number; most: number }[] = [
  { name: 'failMax', variable: 'FAIL_MAX', least: 2, most: 20 },
  { name: 'resetTimeoutMs', variable: 'RESET_TIMEOUT', least: 10_000, most: 600_000 },
  { name: 'maxResetTimeoutMs', variable: 'MAX_RESET_TIMEOUT', least: 10_000, most: 3_600_000 },
  { name: 'successThreshold', variable: 'SUCCESS_THRESHOLD', least: 1, most: 10 },
  { name: 'trialPermits', variable: 'TRIAL_PERMITS', least: 1, most: 10 },
];

/** Warns of settings that work but are unwise: circuits out of range, waits shorter than a call, verbose logs. */
export function checkResilience(
  settings: Pick<Settings, 'plantId' | 'plantnet' | 'cacheLock' | 'logLevel' | 'legacy'>,
  now: number,
): Finding[] {
  const { cacheLock, legacy, logLevel, plantId, plantnet } = settings;
  const findings = [...judgeCircuit('PLANT_ID', plantId), ...judgeCircuit('PLANTNET', plantnet)];
  const longest = Math.max(plantId.timeoutMs, plantnet.timeoutMs);
  if (cacheLock.waitMs !== undefined && cacheLock.waitMs < longest) {
    findings.push(
      warning(
        'CACHE_LOCK_TIMEOUT',
        cacheLock.waitMs === 0
          ? 'is 0: an instance does not wait while another one asks, so that the same photo is paid for several times.'
          : "is under a provider's timeout: those who wait give up before the answer can be there, and ask again.",
      ),
    );
  }
  if (logLevel === 'trace' || logLevel === 'debug') {
    findings.push(warning('LOG_LEVEL', `is ${logLevel}: a line for each step of every request.`));
  }
  if (legacy.sunsetAt.getTime() <= now) {
    findings.push(warning('LEGACY_API_SUNSET_AT', 'is past: the legacy namespace answers 410.'));
  }
  return findings;
}

function judgeCircuit(prefix: 'PLANT_ID' | 'PLANTNET', { apiKey, circuit }: ProviderSettings): Finding[] {
  if (apiKey === undefined) return [];
  return SOUND.flatMap(({ least, most, name, variable }) => {
    const value = circuit[name];
    if (value >= least && value <= most) return [];
    const scale = name.endsWith('Ms') ? 1000 : 1;
    const text = `is ${value / scale}; ${least / scale} to ${most / scale} has proved sound.`;
    return [warning(`${prefix}_CIRCUIT_${variable}`, text)];
  });
}
