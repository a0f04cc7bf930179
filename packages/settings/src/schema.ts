import { z } from 'zod';
import { allowedHost, listenHost } from './hosts.ts';
import {
  address,
  databaseUrl,
  day,
  fullList,
  headers,
  integer,
  key,
  line,
  list,
  onOff,
  origin,
  password,
  price,
  rate,
  seconds,
  share,
  webhookUrl,
} from './values.ts';

const secret = (bytes: number) =>
  line.refine((text) => Buffer.byteLength(text) >= bytes, `must be at least ${bytes} bytes long`);

const otlpOrNone = z.enum(['otlp', 'none'], 'must be otlp or none');

/**
 * Each setting with its form and default. `prefault` holds the default as text, so that it is parsed like a given
 * value. Rules between two settings are in `rules.ts`.
 */
export const schema = z.object({
  APP_ENV: z.enum(['development', 'production'], 'must be development or production').prefault('production'),
  HOST: listenHost.optional(),
  PORT: integer(0, 65_535).prefault('3000'),
  APP_URL: origin.optional(),
  HTTPS_REDIRECT: onOff.prefault('on'),
  HSTS_PRELOAD: onOff.prefault('off'),
  KEEP_ALIVE_TIMEOUT: seconds(1, 3_600).prefault('75'),
  AUTH_SECRETS: fullList(secret(32)).optional(),

  DATABASE_URL: databaseUrl.optional(),
  DIRECT_DATABASE_URL: databaseUrl.optional(),
  /** Default: the URL's `connection_limit`, else 10. */
  DATABASE_POOL: integer(1, 200).optional(),
  DATABASE_IDLE_TIMEOUT: seconds(1, 86_400).prefault('60'),
  DATABASE_MAX_LIFETIME: seconds(1, 86_400).prefault('1800'),
  UPSTASH_REDIS_REST_URL: address('https', 'http').optional(),
  UPSTASH_REDIS_REST_TOKEN: key.optional(),
  REDIS_URL: address('redis', 'rediss', 'unix').optional(),
  REDIS_TIMEOUT_MS: integer(10, 10_000).optional(),

  PLANT_ID_API_KEY: key.optional(),
  PLANTNET_API_KEY: key.optional(),
  PLANT_ID_BASE_URL: address('https', 'http').prefault('https://plant.id/api/v3'),
  PLANTNET_BASE_URL: address('https', 'http').prefault('https://my-api.plantnet.org/v2'),
  /** Set by the launcher when the simulator answers for both providers. */
  PLANT_DEMO: onOff.or(z.literal('1').transform(() => true)).prefault('off'),
  PLANT_ID_API_TIMEOUT: seconds(1, 60).prefault('35'),
  PLANTNET_API_TIMEOUT: seconds(1, 60).prefault('20'),

  PLANT_ID_CIRCUIT_FAIL_MAX: integer(1, 100).prefault('3'),
  PLANT_ID_CIRCUIT_RESET_TIMEOUT: seconds(1, 3_600).prefault('60'),
  PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD: integer(1, 100).prefault('2'),
  PLANT_ID_CIRCUIT_TRIAL_PERMITS: integer(1, 100).prefault('2'),
  PLANT_ID_CIRCUIT_MAX_RESET_TIMEOUT: seconds(1, 86_400).prefault('300'),
  PLANTNET_CIRCUIT_FAIL_MAX: integer(1, 100).prefault('5'),
  PLANTNET_CIRCUIT_RESET_TIMEOUT: seconds(1, 3_600).prefault('30'),
  PLANTNET_CIRCUIT_SUCCESS_THRESHOLD: integer(1, 100).prefault('2'),
  PLANTNET_CIRCUIT_TRIAL_PERMITS: integer(1, 100).prefault('2'),
  PLANTNET_CIRCUIT_MAX_RESET_TIMEOUT: seconds(1, 86_400).prefault('300'),
  PROVIDER_MAX_CONCURRENCY: integer(1, 1_000).prefault('20'),

  CACHE_TTL: seconds(1, 31_536_000).prefault('86400'),
  CACHE_STALE_TTL: seconds(1, 31_536_000).prefault('604800'),
  /** 0: do not wait. */
  CACHE_LOCK_TIMEOUT: seconds(0, 300).optional(),
  /** Default: 10 s; without renewal the larger provider timeout plus 5 s, which is also the minimum then. */
  CACHE_LOCK_EXPIRE: seconds(1, 300).optional(),
  CACHE_LOCK_AUTO_RENEWAL: onOff.prefault('on'),

  PLANT_ID_DAILY_QUOTA: integer(0, 10_000_000).optional(),
  PLANT_ID_MONTHLY_QUOTA: integer(0, 100_000_000).optional(),
  PLANTNET_DAILY_QUOTA: integer(0, 10_000_000).prefault('500'),
  PLANTNET_HOURLY_QUOTA: integer(0, 1_000_000).optional(),
  /** Dollars for one credit: an identification costs one, the plant's health another. */
  PLANT_ID_CREDIT_COST: price.prefault('0.029'),

  IDENTIFY_RATE_ANONYMOUS: rate.prefault('10/h'),
  IDENTIFY_RATE_FREE: rate.prefault('100/h'),
  IDENTIFY_RATE_PRO: rate.prefault('200/h'),
  IDENTIFY_RATE_PREMIUM: rate.prefault('500/h'),
  IDENTIFY_RATE_ENTERPRISE: rate.prefault('1000/h'),
  FREE_DAILY_CREDITS: integer(0, 10_000_000).prefault('400'),
  ADDRESS_DAILY_CREDITS: integer(0, 10_000_000).prefault('1200'),
  SIGN_IN_RATE: rate.prefault('5/15m'),
  SIGN_IN_RATE_ADDRESS: rate.prefault('20/15m'),
  REGISTER_RATE: rate.prefault('10/h'),
  REFRESH_RATE: rate.prefault('30/h'),

  ALLOWED_HOSTS: fullList(allowedHost).optional(),
  CORS_ALLOWED_ORIGINS: list(origin).prefault(''),
  CSRF_TRUSTED_ORIGINS: list(origin).prefault(''),
  TRUSTED_PROXY_HOPS: integer(0, 10).prefault('0'),
  LEGACY_API_DEPRECATED_AT: day.prefault('2026-01-01'),
  LEGACY_API_SUNSET_AT: day.prefault('2027-07-01'),

  SHUTDOWN_TIMEOUT: seconds(1, 600).optional(),
  DATA_DIR: line.max(4_000, 'is too long').prefault('.data'),
  PHOTO_STORE: line.regex(/^(file:.+|s3:\/\/[a-z0-9.-]+(\/.*)?)$/, 'must be file:<folder> or s3://<bucket>').optional(),
  /** Of a service other than AWS that speaks the protocol of S3. */
  S3_ENDPOINT: address('https', 'http').optional(),
  /** Default: on beside S3_ENDPOINT. */
  S3_FORCE_PATH_STYLE: onOff.optional(),
  /** Credentials by the names of AWS. Without them the AWS SDK looks for a role or a profile. */
  AWS_REGION: key.optional(),
  AWS_ACCESS_KEY_ID: key.optional(),
  AWS_SECRET_ACCESS_KEY: key.optional(),
  AWS_SESSION_TOKEN: key.optional(),
  /** Megabytes, as below, that the photos of one user may use; 0: unlimited. */
  PHOTO_SPACE_MB: integer(0, 1_048_576).prefault('500'),
  /** Days after which an identification is deleted; 0: never. */
  RETENTION_DAYS: integer(0, 36_500).prefault('0'),
  /** 1 MB is 1,048,576 bytes, here and in UPLOAD_MEMORY_MB. */
  UPLOAD_MAX_MB: integer(1, 50).prefault('10'),
  UPLOAD_MAX_SIDE: integer(100, 30_000).prefault('10000'),
  UPLOAD_MAX_MEGAPIXELS: integer(1, 200).prefault('89'),
  UPLOAD_MAX_PHOTOS: integer(1, 5).prefault('5'),
  UPLOAD_MEMORY_MB: integer(1, 65_536).prefault('256'),
  DECODE_CONCURRENCY: integer(1, 64).optional(),

  METRICS_TOKEN: secret(16).optional(),
  /** Receives alerts as JSON. */
  ALERT_WEBHOOK_URL: webhookUrl.optional(),
  /** Key of the signature of each post. */
  ALERT_WEBHOOK_SECRET: secret(32).optional(),
  /** Allows a receiver in a private network, also over http. */
  ALERT_WEBHOOK_ALLOW_PRIVATE: onOff.prefault('off'),
  /** Sends `traceparent` with the requests to the providers. */
  PROVIDER_TRACEPARENT: onOff.prefault('off'),
  /**
   * OpenTelemetry, by the names of its specification. Unset: nothing is exported. The SDK itself reads
   * OTEL_RESOURCE_ATTRIBUTES, and OTEL_EXPORTER_OTLP_TIMEOUT, _COMPRESSION, _CERTIFICATE, _CLIENT_CERTIFICATE and
   * _CLIENT_KEY.
   */
  OTEL_EXPORTER_OTLP_ENDPOINT: address('https', 'http').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf', 'http/json'], 'must be http/protobuf or http/json')
    .prefault('http/protobuf'),
  OTEL_EXPORTER_OTLP_HEADERS: headers.prefault(''),
  OTEL_SDK_DISABLED: onOff.prefault('off'),
  OTEL_SERVICE_NAME: line.max(200, 'is too long').optional(),
  OTEL_TRACES_EXPORTER: otlpOrNone.prefault('otlp'),
  OTEL_METRICS_EXPORTER: otlpOrNone.prefault('otlp'),
  /** Milliseconds. */
  OTEL_METRIC_EXPORT_INTERVAL: integer(100, 86_400_000).prefault('60000'),
  OTEL_TRACES_SAMPLER: z
    .enum(
      [
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ],
      'must be a sampler of the OpenTelemetry specification, such as parentbased_traceidratio',
    )
    .prefault('parentbased_always_on'),
  /** Share of the traces that a sampler with `ratio` in its name keeps. */
  OTEL_TRACES_SAMPLER_ARG: share.prefault('1'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a level from trace to silent')
    .prefault('info'),
  ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
  ADMIN_PASSWORD: password.optional(),
  AUTH_GITHUB_ID: key.optional(),
  AUTH_GITHUB_SECRET: key.optional(),
  AUTH_GITHUB_ISSUER: address('https', 'http').optional(),
  AUTH_GOOGLE_ID: key.optional(),
  AUTH_GOOGLE_SECRET: key.optional(),
  AUTH_GOOGLE_ISSUER: address('https', 'http').optional(),
});

/** Every variable with its parsed value. */
export type Values = z.output<typeof schema>;
export type VariableName = keyof Values;
