import { availableParallelism } from 'node:os';
import { type Environment, type Fault, readEnvironment, SettingsError, variableNames } from './environment.ts';
import { LOOPBACK_ADDRESSES } from './hosts.ts';
import { type ProxyEnvironment, proxyOf } from './proxy.ts';
import { brokenRules } from './rules.ts';
import { schema, type Values } from './schema.ts';

interface CircuitSettings {
  failMax: number;
  resetTimeoutMs: number;
  maxResetTimeoutMs: number;
  successThreshold: number;
  trialPermits: number;
}

export interface ProviderSettings {
  /** Undefined: the provider is off. */
  apiKey: string | undefined;
  baseUrl: string;
  timeoutMs: number;
  circuit: CircuitSettings;
}

export interface Settings extends ReturnType<typeof group> {
  /** Undefined: requests go out directly. */
  proxy: ProxyEnvironment | undefined;
}

/**
 * Reads the settings from environment variables and from the files that `NAME_FILE` variables name. An empty variable
 * counts as unset; unknown variables are ignored.
 * @param databaseUrlProblems returns what is wrong with a database address, which the package `db` reads
 * @throws {SettingsError} with all faults
 */
export function readSettings(
  environment: Environment,
  databaseUrlProblems: (url: string) => readonly string[] = () => [],
): Settings {
  const { given, faults: unread, setAs } = readEnvironment(environment);
  const parsed = schema.safeParse(given);
  const malformed = parsed.success
    ? []
    : parsed.error.issues.flatMap(({ message, path }): Fault[] =>
        variableNames.filter((name) => name === path[0]).map((variable) => ({ variable, problem: message })),
      );
  for (const variable of ['DATABASE_URL', 'DIRECT_DATABASE_URL'] as const) {
    const isForm = !malformed.some((fault) => fault.variable === variable);
    const problems = isForm && given[variable] ? databaseUrlProblems(given[variable]) : [];
    malformed.push(...problems.map((problem) => ({ variable, problem })));
  }
  const proxy = proxyOf(environment, given);
  const isUnread = new Set(unread.map(({ variable }) => variable));
  const faults = [
    ...unread,
    ...[...malformed, ...brokenRules(given)]
      .map(({ problem, variable }) => ({ variable: setAs(variable), problem }))
      // A file that cannot be read is reported once, not as a missing value too.
      .filter(({ variable }) => !isUnread.has(variable)),
    ...proxy.faults,
  ];
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  return { ...group(parsed.data), proxy: proxy.proxy };
}

function providerOf(prefix: 'PLANT_ID' | 'PLANTNET', values: Values): ProviderSettings {
  return {
    apiKey: values[`${prefix}_API_KEY`],
    baseUrl: values[`${prefix}_BASE_URL`],
    timeoutMs: values[`${prefix}_API_TIMEOUT`],
    circuit: {
      failMax: values[`${prefix}_CIRCUIT_FAIL_MAX`],
      resetTimeoutMs: values[`${prefix}_CIRCUIT_RESET_TIMEOUT`],
      maxResetTimeoutMs: values[`${prefix}_CIRCUIT_MAX_RESET_TIMEOUT`],
      successThreshold: values[`${prefix}_CIRCUIT_SUCCESS_THRESHOLD`],
      trialPermits: values[`${prefix}_CIRCUIT_TRIAL_PERMITS`],
    },
  };
}

function redisOf(values: Values): { url: string } | { restUrl: string; token: string } | undefined {
  const { UPSTASH_REDIS_REST_URL: restUrl, UPSTASH_REDIS_REST_TOKEN: token, REDIS_URL: url } = values;
  if (restUrl !== undefined && token !== undefined) return { restUrl, token };
  return url === undefined ? undefined : { url };
}

/** Returns where alerts are posted; undefined when they are only shown on `/admin`. */
function alertWebhookOf(values: Values) {
  const { ALERT_WEBHOOK_ALLOW_PRIVATE: allowPrivate, ALERT_WEBHOOK_SECRET: secret, ALERT_WEBHOOK_URL: url } = values;
  return url === undefined || secret === undefined ? undefined : { url: new URL(url), secret, allowPrivate };
}

/** Returns the keys of a sign-in service; undefined when it is not offered. */
function oauthOf(service: 'GITHUB' | 'GOOGLE', values: Values) {
  const id = values[`AUTH_${service}_ID`];
  const secret = values[`AUTH_${service}_SECRET`];
  const issuer = values[`AUTH_${service}_ISSUER`];
  return id === undefined || secret === undefined
    ? undefined
    : { id, secret, ...(issuer === undefined ? {} : { issuer }) };
}

/** Returns undefined when neither traces nor metrics are exported. */
function openTelemetryOf(values: Values) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = values;
  const exportsTraces = values.OTEL_TRACES_EXPORTER === 'otlp';
  const exportsMetrics = values.OTEL_METRICS_EXPORTER === 'otlp';
  const exported = {
    protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: values.OTEL_SERVICE_NAME,
    sampler: { name: values.OTEL_TRACES_SAMPLER, ratio: values.OTEL_TRACES_SAMPLER_ARG },
    metricIntervalMs: values.OTEL_METRIC_EXPORT_INTERVAL,
    exportsTraces,
    exportsMetrics,
  };
  const isOff = values.OTEL_SDK_DISABLED || !(exportsTraces || exportsMetrics);
  return endpoint === undefined || isOff ? undefined : { endpoint, ...exported };
}

/** Region of a service other than AWS, which most of them ignore. */
const OTHER_REGION = 'us-east-1';

/** Returns the bucket or the folder of the photos; undefined: in the data folder. */
function photosOf(values: Values) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = values;
  const { AWS_REGION: region, PHOTO_STORE: place = '', S3_ENDPOINT: endpoint, S3_FORCE_PATH_STYLE: pathStyle } = values;
  const [, folder] = /^file:(.+)$/.exec(place) ?? [];
  if (folder !== undefined) return { folder };
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/*(.*)$/.exec(place) ?? [];
  if (bucket === undefined) return undefined;
  return {
    bucket,
    prefix: path === '' ? '' : `${path.replace(/\/+$/, '')}/`,
    region: region ?? OTHER_REGION,
    endpoint,
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    /** Undefined: as the AWS SDK finds them. */
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, ...(token !== undefined && { sessionToken: token }) },
  };
}

/** Duration of a lease that its holder renews: others wait this long after the holder died. */
const RENEWED_LEASE_MS = 10_000;

/** Time of a request beside its longest provider call: look-ups, storing and sending the answer. */
const SHUTDOWN_MARGIN_MS = 5_000;

/** Time to close after a shutdown's time limit: leases, connections, the export of the last spans. */
const CLOSE_MS = 2_000;

/** Returns the addresses to listen on. `localhost` is both loopback addresses: clients try either. */
function listenAddresses(host: string): readonly string[] {
  return host === 'localhost' ? LOOPBACK_ADDRESSES : [host];
}

/** Groups the parsed values by their consumer. Times are milliseconds, sizes bytes or pixels. */
export function group(values: Values) {
  const development = values.APP_ENV === 'development';
  const redis = redisOf(values);
  const megabyte = 1_048_576;
  const callMs = Math.max(values.PLANT_ID_API_TIMEOUT, values.PLANTNET_API_TIMEOUT);
  return {
    mode: values.APP_ENV,
    listenAddresses: listenAddresses(values.HOST ?? (development ? 'localhost' : '::')),
    port: values.PORT,
    appUrl: new URL(values.APP_URL ?? `http://localhost:${values.PORT}`),
    httpsRedirect: values.HTTPS_REDIRECT,
    hstsPreload: values.HSTS_PRELOAD,
    /** How long a connection without a request stays open. */
    keepAliveMs: values.KEEP_ALIVE_TIMEOUT,
    /** Undefined in development, where one is made and kept in the data folder. */
    authSecrets: values.AUTH_SECRETS,
    /** Undefined in development: the launcher embeds one. */
    database: {
      url: values.DATABASE_URL,
      /** Undefined: migrations use `url`. */
      directUrl: values.DIRECT_DATABASE_URL,
      /** Undefined: the `connection_limit` of the URL, else the default of `db`. */
      poolSize: values.DATABASE_POOL,
      idleTimeoutMs: values.DATABASE_IDLE_TIMEOUT,
      maxLifetimeMs: values.DATABASE_MAX_LIFETIME,
    },
    redis: {
      connection: redis,
      timeoutMs: values.REDIS_TIMEOUT_MS ?? (redis !== undefined && 'restUrl' in redis ? 500 : 100),
    },
    /** The simulator answers for both providers. */
    isDemo: values.PLANT_DEMO,
    plantId: providerOf('PLANT_ID', values),
    plantnet: providerOf('PLANTNET', values),
    providerMaxConcurrency: values.PROVIDER_MAX_CONCURRENCY,
    cache: { ttlMs: values.CACHE_TTL, staleMs: values.CACHE_STALE_TTL },
    cacheLock: {
      /** Undefined: the provider's timeout and a little; 0: do not wait. */
      waitMs: values.CACHE_LOCK_TIMEOUT,
      ttlMs: values.CACHE_LOCK_EXPIRE ?? (values.CACHE_LOCK_AUTO_RENEWAL ? RENEWED_LEASE_MS : callMs + 5_000),
      renew: values.CACHE_LOCK_AUTO_RENEWAL,
    },
    rates: {
      anonymous: values.IDENTIFY_RATE_ANONYMOUS,
      free: values.IDENTIFY_RATE_FREE,
      pro: values.IDENTIFY_RATE_PRO,
      premium: values.IDENTIFY_RATE_PREMIUM,
      enterprise: values.IDENTIFY_RATE_ENTERPRISE,
      signIn: values.SIGN_IN_RATE,
      signInAddress: values.SIGN_IN_RATE_ADDRESS,
      register: values.REGISTER_RATE,
      refresh: values.REFRESH_RATE,
    },
    /** Daily shares of tier free, per account and per address; 0: no limit. */
    dailyCredits: { account: values.FREE_DAILY_CREDITS, address: values.ADDRESS_DAILY_CREDITS },
    /** Undefined: what the provider says; 0: unlimited. */
    quotas: {
      plant_id: { dailyLimit: values.PLANT_ID_DAILY_QUOTA, monthlyLimit: values.PLANT_ID_MONTHLY_QUOTA },
      plantnet: { dailyLimit: values.PLANTNET_DAILY_QUOTA, hourlyLimit: values.PLANTNET_HOURLY_QUOTA },
    },
    /** Dollars for one credit of Plant.id. */
    creditCost: values.PLANT_ID_CREDIT_COST,
    allowedHosts: values.ALLOWED_HOSTS ?? ['localhost', ...LOOPBACK_ADDRESSES],
    trustedOrigins: values.CSRF_TRUSTED_ORIGINS,
    corsOrigins: values.CORS_ALLOWED_ORIGINS,
    proxyHops: values.TRUSTED_PROXY_HOPS,
    legacy: { deprecatedAt: values.LEGACY_API_DEPRECATED_AT, sunsetAt: values.LEGACY_API_SUNSET_AT },
    /** How long requests and calls in flight may take after SIGTERM. */
    shutdownTimeoutMs:
      values.SHUTDOWN_TIMEOUT ??
      Math.max(values.PLANT_ID_API_TIMEOUT, values.PLANTNET_API_TIMEOUT) + SHUTDOWN_MARGIN_MS,
    /** How long the process may take after `shutdownTimeoutMs` to close connections and end. */
    closeTimeoutMs: CLOSE_MS,
    dataDir: values.DATA_DIR,
    photos: photosOf(values),
    /** Bytes that the photos of one user may use; 0: unlimited. */
    photoSpaceBytes: values.PHOTO_SPACE_MB * megabyte,
    /** Days after which an identification is deleted; 0: never. */
    retentionDays: values.RETENTION_DAYS,
    upload: {
      maxBytes: values.UPLOAD_MAX_MB * megabyte,
      maxSide: values.UPLOAD_MAX_SIDE,
      maxPixels: values.UPLOAD_MAX_MEGAPIXELS * 1_000_000,
      maxPhotos: values.UPLOAD_MAX_PHOTOS,
    },
    uploadMemoryBytes: values.UPLOAD_MEMORY_MB * megabyte,
    /** Maximum concurrent photo decodes. */
    decodeConcurrency: values.DECODE_CONCURRENCY ?? availableParallelism(),
    oauth: { github: oauthOf('GITHUB', values), google: oauthOf('GOOGLE', values) },
    /** Undefined in development: everyone may read the metrics. */
    metricsToken: values.METRICS_TOKEN,
    alertWebhook: alertWebhookOf(values),
    logLevel: values.LOG_LEVEL,
    sendTraceparent: values.PROVIDER_TRACEPARENT,
    openTelemetry: openTelemetryOf(values),
    admin:
      values.ADMIN_EMAIL === undefined || values.ADMIN_PASSWORD === undefined
        ? undefined
        : { email: values.ADMIN_EMAIL, password: values.ADMIN_PASSWORD },
  };
}
