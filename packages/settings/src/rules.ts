import type { Fault, Given } from './environment.ts';
import { isLoopback } from './hosts.ts';
import type { VariableName } from './schema.ts';
import { onOff } from './values.ts';

const REQUIRED_IN_PRODUCTION: readonly VariableName[] = [
  'APP_URL',
  'AUTH_SECRETS',
  'DATABASE_URL',
  'ALLOWED_HOSTS',
  'METRICS_TOKEN',
];

const hosts = (given: string | undefined): string[] => (given ?? '').split(',').flatMap((part) => part.trim() || []);

/** Checks the variables against each other, by their raw values, so that one fault never hides another. */
export function brokenRules(given: Given): Fault[] {
  const faults: Fault[] = [];
  const ensure = (holds: boolean, variable: VariableName, problem: string) => {
    if (!holds) faults.push({ variable, problem });
  };
  const ensureBoth = (a: VariableName, b: VariableName) => {
    ensure(!given[a] || !!given[b], b, `is needed beside ${a}`);
    ensure(!given[b] || !!given[a], a, `is needed beside ${b}`);
  };

  if (given.APP_ENV === 'development') {
    ensure(
      !given.HOST || isLoopback(given.HOST),
      'HOST',
      'must be a loopback address in development, where anyone may identify',
    );
    ensure(
      hosts(given.ALLOWED_HOSTS).every(isLoopback),
      'ALLOWED_HOSTS',
      'must hold only loopback names in development, where anyone may identify',
    );
  } else {
    for (const variable of REQUIRED_IN_PRODUCTION) ensure(!!given[variable], variable, 'is required in production');
    ensure(
      !!given.REDIS_URL || !!given.UPSTASH_REDIS_REST_URL,
      'REDIS_URL',
      'or UPSTASH_REDIS_REST_URL is required in production',
    );
    ensure(
      !!given.PLANT_ID_API_KEY || !!given.PLANTNET_API_KEY,
      'PLANT_ID_API_KEY',
      'or PLANTNET_API_KEY is required in production',
    );
    ensure(
      !given.PLANT_DEMO || given.PLANT_DEMO === 'off',
      'PLANT_DEMO',
      'must not be set in production: the simulator never answers there',
    );
  }
  const isBucket = given.PHOTO_STORE?.startsWith('s3:') === true;
  ensure(!given.S3_ENDPOINT || isBucket, 'PHOTO_STORE', 'must be s3://<bucket> beside S3_ENDPOINT');
  ensure(
    !isBucket || !!given.S3_ENDPOINT || !!given.AWS_REGION,
    'AWS_REGION',
    'is needed beside PHOTO_STORE=s3://<bucket>, or S3_ENDPOINT for a service other than AWS',
  );
  ensureBoth('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY');
  const largestUpload = Number(given.UPLOAD_MAX_MB || 10) * Number(given.UPLOAD_MAX_PHOTOS || 5);
  ensure(
    !(Number(given.UPLOAD_MEMORY_MB || 256) < 4 * (largestUpload + 1)),
    'UPLOAD_MEMORY_MB',
    `must be at least ${4 * (largestUpload + 1)}: a quarter of it must hold one upload, UPLOAD_MAX_PHOTOS x UPLOAD_MAX_MB plus 1`,
  );
  ensure(!given.DIRECT_DATABASE_URL || !!given.DATABASE_URL, 'DATABASE_URL', 'is needed beside DIRECT_DATABASE_URL');
  ensureBoth('UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN');
  ensureBoth('ADMIN_EMAIL', 'ADMIN_PASSWORD');
  ensureBoth('ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET');
  const webhook = URL.parse(given.ALERT_WEBHOOK_URL ?? '');
  const isPrivateAllowed = onOff.safeParse(given.ALERT_WEBHOOK_ALLOW_PRIVATE || 'off').data === true;
  ensure(
    !isPrivateAllowed || !!given.ALERT_WEBHOOK_URL,
    'ALERT_WEBHOOK_URL',
    'is needed beside ALERT_WEBHOOK_ALLOW_PRIVATE',
  );
  ensure(
    webhook?.protocol !== 'http:' || isPrivateAllowed,
    'ALERT_WEBHOOK_URL',
    'must begin with https:// unless ALERT_WEBHOOK_ALLOW_PRIVATE is on',
  );
  ensure(
    webhook === null || isPrivateAllowed || !isLoopback(webhook.hostname),
    'ALERT_WEBHOOK_URL',
    'must not be an address of this machine unless ALERT_WEBHOOK_ALLOW_PRIVATE is on',
  );
  ensureBoth('AUTH_GITHUB_ID', 'AUTH_GITHUB_SECRET');
  ensureBoth('AUTH_GOOGLE_ID', 'AUTH_GOOGLE_SECRET');
  for (const provider of ['PLANT_ID', 'PLANTNET'] as const) {
    const base = Number(given[`${provider}_CIRCUIT_RESET_TIMEOUT`] || (provider === 'PLANT_ID' ? 60 : 30));
    const most = Number(given[`${provider}_CIRCUIT_MAX_RESET_TIMEOUT`] || 300);
    ensure(
      !(most < base),
      `${provider}_CIRCUIT_MAX_RESET_TIMEOUT`,
      `must not be under ${provider}_CIRCUIT_RESET_TIMEOUT`,
    );
  }
  const callSeconds = Math.max(Number(given.PLANT_ID_API_TIMEOUT || 35), Number(given.PLANTNET_API_TIMEOUT || 20));
  const isRenewed = onOff.safeParse(given.CACHE_LOCK_AUTO_RENEWAL || 'on').data !== false;
  ensure(
    isRenewed || !(Number(given.CACHE_LOCK_EXPIRE) < callSeconds + 5),
    'CACHE_LOCK_EXPIRE',
    'must be at least the larger provider timeout plus 5 s when CACHE_LOCK_AUTO_RENEWAL is off: ' +
      'otherwise the lock expires during a call, and a second call is paid for',
  );
  ensure(
    !(Number(given.CACHE_STALE_TTL || 604_800) < Number(given.CACHE_TTL || 86_400)),
    'CACHE_STALE_TTL',
    'must not be under CACHE_TTL: both count from writing',
  );
  ensure(
    !((given.LEGACY_API_SUNSET_AT || '2027-07-01') < (given.LEGACY_API_DEPRECATED_AT || '2026-01-01')),
    'LEGACY_API_SUNSET_AT',
    'must not lie before LEGACY_API_DEPRECATED_AT',
  );
  return faults;
}
