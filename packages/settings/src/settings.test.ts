import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { faultsIn, production } from './testing/settings-under-test.ts';

describe('readSettings', () => {
  it('needs no variable in development', () => {
    const settings = readSettings({ APP_ENV: 'development' });
    expect(settings).toMatchObject({
      mode: 'development',
      listenAddresses: ['127.0.0.1', '::1'],
      allowedHosts: ['localhost', '127.0.0.1', '::1'],
      hstsPreload: false,
      keepAliveMs: 75_000,
      rates: { anonymous: { count: 10, windowMs: 3_600_000 } },
      plantId: { timeoutMs: 35_000, circuit: { failMax: 3, resetTimeoutMs: 60_000, maxResetTimeoutMs: 300_000 } },
      plantnet: { timeoutMs: 20_000, circuit: { failMax: 5, resetTimeoutMs: 30_000 } },
      upload: { maxBytes: 10_485_760, maxSide: 10_000, maxPixels: 89_000_000, maxPhotos: 5 },
      uploadMemoryBytes: 268_435_456,
      cache: { ttlMs: 86_400_000, staleMs: 604_800_000 },
      cacheLock: { waitMs: undefined, ttlMs: 10_000, renew: true },
    });
    expect(settings.appUrl.origin).toBe('http://localhost:3000');
  });

  it.each([
    [undefined, 0.029],
    ['0', 0],
    ['0.0315', 0.0315],
  ])('takes %s as the cost of a credit, in dollars', (text, dollars) => {
    const { creditCost } = readSettings({ APP_ENV: 'development', PLANT_ID_CREDIT_COST: text });
    expect(creditCost).toBe(dollars);
  });

  it.each(['-1', 'free', '0,029', '1000'])('refuses %s as the cost of a credit', (text) => {
    expect(faultsIn({ APP_ENV: 'development', PLANT_ID_CREDIT_COST: text })).toEqual([
      expect.stringContaining('PLANT_ID_CREDIT_COST must be an amount such as 0.029'),
    ]);
  });

  it('assumes production, and lists each missing variable', () => {
    expect(faultsIn({})).toEqual([
      'APP_URL is required in production',
      'AUTH_SECRETS is required in production',
      'DATABASE_URL is required in production',
      'ALLOWED_HOSTS is required in production',
      'METRICS_TOKEN is required in production',
      'REDIS_URL or UPSTASH_REDIS_REST_URL is required in production',
      'PLANT_ID_API_KEY or PLANTNET_API_KEY is required in production',
    ]);
  });

  it('checks only the scheme of a database address', () => {
    const url = 'postgresql://plants@one:5432,two:5433/plants?schema=plants';
    expect(readSettings({ ...production, DATABASE_URL: url, DIRECT_DATABASE_URL: url }).database).toEqual({
      url,
      directUrl: url,
      poolSize: undefined,
      idleTimeoutMs: 60_000,
      maxLifetimeMs: 1_800_000,
    });
    const scheme = 'must be an address that begins with postgresql:// or postgres://';
    expect(faultsIn({ ...production, DATABASE_URL: 'mysql://h/d' })).toEqual([`DATABASE_URL ${scheme}`]);
    expect(faultsIn({ APP_ENV: 'development', DIRECT_DATABASE_URL: url })).toEqual([
      'DATABASE_URL is needed beside DIRECT_DATABASE_URL',
    ]);
  });

  it('lists the problems of a database address with the other faults', () => {
    const problemsOf = (url: string) => (url.includes('foo') ? ['has the unknown parameter foo'] : []);
    const given = { ...production, DATABASE_URL: 'postgresql://h/d?foo=1', DIRECT_DATABASE_URL: 'mysql://h/d?foo=1' };
    expect(() => readSettings({ ...given, LOG_LEVEL: 'loud' }, problemsOf)).toThrow(
      /3 faults:(?=.*\n {2}DATABASE_URL has the unknown parameter foo\n?)(?=.*\n {2}DIRECT_DATABASE_URL must be an)/s,
    );
  });

  it('lists origins that are no addresses', () => {
    const given = { APP_URL: 'plants.example', CORS_ALLOWED_ORIGINS: '*', CSRF_TRUSTED_ORIGINS: 'null' };
    const fault = 'must be an address that begins with http:// or https://';
    expect(faultsIn({ ...production, ...given })).toEqual(Object.keys(given).map((variable) => `${variable} ${fault}`));
  });

  it('accepts a complete production set, with empty variables as unset', () => {
    const settings = readSettings({ ...production, PLANTNET_API_KEY: '', SOMETHING_ELSE: 'x' });
    expect(settings).toMatchObject({ mode: 'production', listenAddresses: ['::'], plantnet: { apiKey: undefined } });
    expect(settings.redis).toEqual({ connection: { url: production.REDIS_URL }, timeoutMs: 100 });
  });

  it('decodes one photo per CPU core at once by default', () => {
    const decodes = (given: Record<string, string>) =>
      readSettings({ APP_ENV: 'development', ...given }).decodeConcurrency;
    expect(decodes({})).toBe(availableParallelism());
    expect(decodes({ DECODE_CONCURRENCY: '3' })).toBe(3);
    expect(faultsIn({ APP_ENV: 'development', DECODE_CONCURRENCY: '0' })).toEqual([
      'DECODE_CONCURRENCY must be a whole number from 1 to 64',
    ]);
  });

  it('reads the times of the cache lock', () => {
    const given = { CACHE_LOCK_TIMEOUT: '20', CACHE_LOCK_EXPIRE: '40', CACHE_LOCK_AUTO_RENEWAL: 'off' };
    expect(readSettings({ APP_ENV: 'development', ...given }).cacheLock).toEqual({
      waitMs: 20_000,
      ttlMs: 40_000,
      renew: false,
    });
  });

  it('reads CACHE_LOCK_TIMEOUT 0 as not to wait', () => {
    expect(readSettings({ APP_ENV: 'development', CACHE_LOCK_TIMEOUT: '0' }).cacheLock.waitMs).toBe(0);
    expect(faultsIn({ APP_ENV: 'development', CACHE_LOCK_TIMEOUT: '301' })).toHaveLength(1);
  });

  it('gives a lease that is not renewed the larger provider timeout and 5 s', () => {
    const unrenewed = { APP_ENV: 'development', CACHE_LOCK_AUTO_RENEWAL: 'off' };
    const leaseOf = (given: Record<string, string>) => readSettings({ ...unrenewed, ...given }).cacheLock.ttlMs;
    expect(leaseOf({})).toBe(40_000);
    expect(leaseOf({ PLANT_ID_API_TIMEOUT: '10', PLANTNET_API_TIMEOUT: '12' })).toBe(17_000);
    expect(leaseOf({ PLANT_ID_API_TIMEOUT: '10', PLANTNET_API_TIMEOUT: '12', CACHE_LOCK_EXPIRE: '17' })).toBe(17_000);
  });

  it('rejects a lease without renewal that is shorter than a provider call', () => {
    const fault = [expect.stringMatching(/^CACHE_LOCK_EXPIRE must be at least the larger provider timeout plus 5 s/)];
    const unrenewed = { APP_ENV: 'development', CACHE_LOCK_AUTO_RENEWAL: 'off' };
    expect(faultsIn({ ...unrenewed, CACHE_LOCK_EXPIRE: '39' })).toEqual(fault);
    expect(faultsIn({ ...unrenewed, CACHE_LOCK_EXPIRE: '16', PLANT_ID_API_TIMEOUT: '12' })).toEqual(fault);
    expect(faultsIn({ APP_ENV: 'development', CACHE_LOCK_EXPIRE: '1' })).toEqual([]);
  });

  it('gives accounts of tier free 400 credits a day and their address 1,200 by default', () => {
    expect(readSettings({ APP_ENV: 'development' }).dailyCredits).toEqual({ account: 400, address: 1_200 });
    const given = { FREE_DAILY_CREDITS: '0', ADDRESS_DAILY_CREDITS: '50' };
    expect(readSettings({ APP_ENV: 'development', ...given }).dailyCredits).toEqual({ account: 0, address: 50 });
    expect(faultsIn({ APP_ENV: 'development', FREE_DAILY_CREDITS: '-1' })).toEqual([
      expect.stringContaining('FREE_DAILY_CREDITS must be a whole number'),
    ]);
  });

  it('deprecates legacy from 2026-01-01 and ends it on 2027-07-01, both 00:00 UTC, unless other days are set', () => {
    const [deprecatedAt, sunsetAt] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-07-01T00:00:00Z')];
    const legacyOf = (dates: Readonly<Record<string, string>>) =>
      readSettings({ APP_ENV: 'development', ...dates }).legacy;
    expect(legacyOf({})).toEqual({ deprecatedAt, sunsetAt });
    expect(legacyOf({ LEGACY_API_DEPRECATED_AT: '', LEGACY_API_SUNSET_AT: ' ' })).toEqual({ deprecatedAt, sunsetAt });
    expect(legacyOf({ LEGACY_API_SUNSET_AT: '2027-12-31' })).toEqual({
      deprecatedAt,
      sunsetAt: new Date('2027-12-31T00:00:00Z'),
    });
  });

  it('accepts a sunset of legacy that is past', () => {
    const dates = { LEGACY_API_DEPRECATED_AT: '2024-01-01', LEGACY_API_SUNSET_AT: '2024-01-01' };
    expect(readSettings({ APP_ENV: 'development', ...dates }).legacy.sunsetAt).toEqual(
      new Date('2024-01-01T00:00:00Z'),
    );
  });

  it.each([
    [{ LEGACY_API_SUNSET_AT: '2025-12-31' }, 'must not lie before LEGACY_API_DEPRECATED_AT'],
    [{ LEGACY_API_SUNSET_AT: '2027-02-30' }, 'must be a day such as 2026-01-01'],
    [{ LEGACY_API_SUNSET_AT: '2027-07-01T00:00:00Z' }, 'must be a day such as 2026-01-01'],
    [{ LEGACY_API_SUNSET_AT: 'never' }, 'must be a day such as 2026-01-01'],
  ])('refuses the sunset of legacy %o', (dates, problem) => {
    const expected = expect.stringContaining(`LEGACY_API_SUNSET_AT ${problem}`) as string;
    expect(faultsIn({ APP_ENV: 'development', ...dates })).toEqual([expected]);
  });

  it('keeps idle connections for KEEP_ALIVE_TIMEOUT, by default 75 seconds', () => {
    expect(readSettings({ APP_ENV: 'development', KEEP_ALIVE_TIMEOUT: '620' }).keepAliveMs).toBe(620_000);
    for (const given of ['0', '3601', '60s', '-1']) {
      expect(faultsIn({ APP_ENV: 'development', KEEP_ALIVE_TIMEOUT: given })).toEqual([
        'KEEP_ALIVE_TIMEOUT must be a whole number from 1 to 3600',
      ]);
    }
  });

  it('turns HSTS preload on only with HSTS_PRELOAD', () => {
    expect(readSettings({ ...production, HSTS_PRELOAD: 'on' }).hstsPreload).toBe(true);
    expect(readSettings(production).hstsPreload).toBe(false);
    expect(faultsIn({ ...production, HSTS_PRELOAD: 'yes' })).toEqual(['HSTS_PRELOAD must be on or off']);
  });

  it('lets a provider take up to 60 seconds', () => {
    const { plantId } = readSettings({ APP_ENV: 'development', PLANT_ID_API_TIMEOUT: '60' });
    expect(plantId.timeoutMs).toBe(60_000);
    expect(faultsIn({ APP_ENV: 'development', PLANTNET_API_TIMEOUT: '61' })).toHaveLength(1);
  });

  it('lists malformed values and broken rules together', () => {
    const faults = faultsIn({
      ...production,
      PORT: '99999',
      AUTH_SECRETS: 'short',
      IDENTIFY_RATE_FREE: '10 per hour',
      ADMIN_EMAIL: 'a@b.example',
    });
    expect(faults).toHaveLength(4);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'AUTH_SECRETS',
      'IDENTIFY_RATE_FREE',
      'ADMIN_PASSWORD',
    ]);
  });

  it('never repeats a value, which may be a secret', () => {
    expect(
      faultsIn({ ...production, AUTH_SECRETS: 'hunter2', DATABASE_URL: 'mysql://u:hunter2@h/d' }).join(),
    ).not.toContain('hunter2');
  });

  it.each([
    [{ HOST: '0.0.0.0' }, 'HOST'],
    [{ HOST: '::' }, 'HOST'],
    [{ HOST: 'plants.example' }, 'HOST'],
    [{ ALLOWED_HOSTS: 'localhost, plants.example' }, 'ALLOWED_HOSTS'],
    [{ ALLOWED_HOSTS: '.plants.example' }, 'ALLOWED_HOSTS'],
  ])('keeps development on loopback: %o', (extra, variable) => {
    expect(faultsIn({ APP_ENV: 'development', ...extra })).toEqual([expect.stringContaining(`${variable} must`)]);
  });

  it.each(['AUTH_SECRETS', 'ALLOWED_HOSTS'])('refuses %s without an entry', (variable) => {
    expect(faultsIn({ ...production, [variable]: ' , ' })).toEqual([expect.stringContaining('at least one entry')]);
  });

  it.each([
    [{ UPLOAD_MEMORY_MB: '203' }, 1],
    [{ UPLOAD_MEMORY_MB: '204' }, 0],
    [{ UPLOAD_MAX_MB: '20' }, 1],
    [{ UPLOAD_MAX_MB: '20', UPLOAD_MAX_PHOTOS: '1' }, 0],
    [{ UPLOAD_MAX_MB: '20', UPLOAD_MEMORY_MB: '404' }, 0],
  ])('lets the largest upload fit a quarter of UPLOAD_MEMORY_MB: %o', (extra, faults) => {
    const expected = Array(faults).fill(expect.stringContaining('UPLOAD_MEMORY_MB must be at least'));
    expect(faultsIn({ ...production, ...extra })).toEqual(expected);
  });

  it('reads the bucket or the folder of the photos, and asks for what a bucket needs', () => {
    const photosOf = (environment: Record<string, string>) => readSettings({ ...production, ...environment }).photos;
    expect(photosOf({})).toBeUndefined();
    expect(photosOf({ PHOTO_STORE: 'file:/srv/photos' })).toEqual({ folder: '/srv/photos' });
    expect(photosOf({ PHOTO_STORE: 's3://photos', AWS_REGION: 'eu-central-1' })).toEqual({
      bucket: 'photos',
      prefix: '',
      region: 'eu-central-1',
      endpoint: undefined,
      forcePathStyle: false,
      credentials: undefined,
    });
    const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    expect(
      photosOf({ PHOTO_STORE: 's3://photos/of/plants/', S3_ENDPOINT: 'https://s3.example', ...keys }),
    ).toMatchObject({
      prefix: 'of/plants/',
      endpoint: 'https://s3.example',
      forcePathStyle: true,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
    });
    for (const [variable, environment] of Object.entries({
      AWS_REGION: { PHOTO_STORE: 's3://photos' },
      PHOTO_STORE: { S3_ENDPOINT: 'https://s3.example' },
      AWS_SECRET_ACCESS_KEY: { AWS_ACCESS_KEY_ID: 'id' },
    })) {
      expect(faultsIn({ ...production, ...environment })).toEqual([expect.stringContaining(variable)]);
    }
  });

  it('prefers REST to TCP and gives it its own time limit', () => {
    const settings = readSettings({
      ...production,
      UPSTASH_REDIS_REST_URL: 'https://redis.example',
      UPSTASH_REDIS_REST_TOKEN: 't',
    });
    expect(settings.redis).toEqual({ connection: { restUrl: 'https://redis.example', token: 't' }, timeoutMs: 500 });
  });

  it.each(['5/15m', '1/s', '1000/h', '7/2d'])('reads the rate %s', (text) => {
    expect(faultsIn({ APP_ENV: 'development', SIGN_IN_RATE: text })).toEqual([]);
  });

  it.each(['0/h', '5/0m', '/h', '5/h/h', '-1/h', '5/w'])('refuses the rate %s', (text) => {
    expect(faultsIn({ APP_ENV: 'development', SIGN_IN_RATE: text })).toHaveLength(1);
  });

  it('refuses the simulator in production', () => {
    expect(faultsIn({ ...production, PLANT_DEMO: '1' })).toEqual([expect.stringContaining('PLANT_DEMO')]);
  });

  const webhook = { ALERT_WEBHOOK_URL: 'https://alerts.example/hook?key=1', ALERT_WEBHOOK_SECRET: 's'.repeat(32) };
  const privateAllowed = { ALERT_WEBHOOK_ALLOW_PRIVATE: 'on' };
  it('posts alerts only if a receiver and a key of signatures are given', () => {
    expect(readSettings(production).alertWebhook).toBeUndefined();
    expect(readSettings({ ...production, ...webhook }).alertWebhook).toEqual({
      url: new URL('https://alerts.example/hook?key=1'),
      secret: 's'.repeat(32),
      allowPrivate: false,
    });
  });

  it.each([
    [{ ALERT_WEBHOOK_SECRET: '' }, 'ALERT_WEBHOOK_SECRET is needed beside ALERT_WEBHOOK_URL'],
    [{ ALERT_WEBHOOK_URL: '' }, 'ALERT_WEBHOOK_URL is needed beside ALERT_WEBHOOK_SECRET'],
    [{ ALERT_WEBHOOK_SECRET: 'short' }, 'ALERT_WEBHOOK_SECRET must be at least 32 bytes long'],
    [
      { ALERT_WEBHOOK_URL: 'https://user:secret@alerts.example' },
      'ALERT_WEBHOOK_URL must be an address without user, password and fragment',
    ],
    [
      { ALERT_WEBHOOK_URL: 'http://alerts.example' },
      'ALERT_WEBHOOK_URL must begin with https:// unless ALERT_WEBHOOK_ALLOW_PRIVATE is on',
    ],
    [
      { ALERT_WEBHOOK_URL: 'https://[::1]/hook' },
      'ALERT_WEBHOOK_URL must not be an address of this machine unless ALERT_WEBHOOK_ALLOW_PRIVATE is on',
    ],
  ])('refuses a webhook with %o', (different, fault) => {
    expect(faultsIn({ ...production, ...webhook, ...different })).toEqual([fault]);
  });

  it('refuses to allow a private receiver of alerts without any', () => {
    expect(faultsIn({ ...production, ...privateAllowed })).toEqual([
      'ALERT_WEBHOOK_URL is needed beside ALERT_WEBHOOK_ALLOW_PRIVATE',
    ]);
    expect(faultsIn({ ...production, ALERT_WEBHOOK_ALLOW_PRIVATE: 'off' })).toEqual([]);
  });

  it.each(['http://alerts.internal/hook', 'http://localhost:9000', 'https://10.0.0.7'])(
    'accepts the webhook %s if private addresses are allowed',
    (url) => {
      expect(faultsIn({ ...production, ...webhook, ...privateAllowed, ALERT_WEBHOOK_URL: url })).toEqual([]);
    },
  );

  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  it('exports nothing over OTLP unless a collector is given, and all of it then', () => {
    expect(readSettings(production)).toMatchObject({ openTelemetry: undefined, sendTraceparent: false });
    expect(readSettings({ ...production, ...collector }).openTelemetry).toEqual({
      endpoint: 'http://collector:4318',
      protocol: 'http/protobuf',
      headers: {},
      serviceName: undefined,
      sampler: { name: 'parentbased_always_on', ratio: 1 },
      metricIntervalMs: 60_000,
      exportsTraces: true,
      exportsMetrics: true,
    });
  });

  it.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }])(
    'exports nothing over OTLP with %o',
    (off) => {
      expect(readSettings({ ...production, ...collector, ...off }).openTelemetry).toBeUndefined();
    },
  );

  it.each([
    ['0.01', 0.01],
    ['.5', 0.5],
    ['1', 1],
    ['0', 0],
  ])('keeps the share %s of the traces', (text, ratio) => {
    const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: text };
    const { openTelemetry } = readSettings({ ...production, ...collector, ...sampler });
    expect(openTelemetry?.sampler).toEqual({ name: 'parentbased_traceidratio', ratio });
  });

  it('reads headers for the collector', () => {
    const headers = ' api-key=a%20key== , Authorization = Bearer k3y,';
    const { openTelemetry } = readSettings({ ...production, ...collector, OTEL_EXPORTER_OTLP_HEADERS: headers });
    expect(openTelemetry?.headers).toEqual({ 'api-key': 'a key==', Authorization: 'Bearer k3y' });
  });

  it.each([
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_METRICS_EXPORTER', 'prometheus'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'Authorization: Bearer k3y'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=k3y,tenant'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api key=k3y'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key='],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=100%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=k3y%0D%0Aother: 1'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=k3y;metadata'],
  ])('refuses a %s of %s', (variable, value) => {
    expect(faultsIn({ ...production, [variable]: value })).toEqual([expect.stringContaining(variable)]);
  });
});
