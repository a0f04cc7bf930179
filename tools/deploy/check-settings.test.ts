import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { readSettings } from '@plantcommunity/settings';
import { describe, expect, it } from 'vitest';
import type { Finding } from './check-settings.ts';
import { checkPublicAddresses, checkResilience, checkSecrets, checkServiceAddresses } from './check-settings.ts';

/** Bytes that are as good as random ones, and the same in every run. */
const secretMadeOf = (text: string) => createHash('sha256').update(text).digest('base64');

const SOUND = {
  APP_URL: 'https://plants.example',
  AUTH_SECRETS: secretMadeOf('signing'),
  DATABASE_URL: 'postgresql://plants@db.example/plants?sslmode=verify-full',
  REDIS_URL: 'rediss://redis.example/2',
  PLANT_ID_API_KEY: 'k',
  PLANTNET_API_KEY: 'k',
  ALLOWED_HOSTS: 'plants.example',
  METRICS_TOKEN: secretMadeOf('metrics'),
  TRUSTED_PROXY_HOPS: '1',
};

const NOW = Date.UTC(2026, 5, 1);

/** What is found when these differ from sound settings, as `level VARIABLE`. */
function foundIn(different: Record<string, string>): string[] {
  const settings = readSettings({ ...SOUND, ...different });
  const found: Finding[] = [
    ...checkSecrets(settings),
    ...checkPublicAddresses(settings),
    ...checkServiceAddresses(settings),
    ...checkResilience(settings, NOW),
  ];
  for (const { text } of found) expect(text).toMatch(/^[a-z].*\.$/);
  return found.map(({ about, level }) => `${level} ${about}`);
}

describe('check:deploy', () => {
  it('finds no fault in sound settings', () => {
    expect(foundIn({})).toEqual([]);
  });

  const secret = SOUND.AUTH_SECRETS;
  it.each([
    { name: 'a secret that was typed', settings: { AUTH_SECRETS: 'ab'.repeat(20) }, findings: ['error AUTH_SECRETS'] },
    { name: 'a secret twice', settings: { AUTH_SECRETS: `${secret},${secret}` }, findings: ['error AUTH_SECRETS'] },
    {
      name: 'a secret in words',
      settings: { AUTH_SECRETS: 'seven herons walked under northern lights' },
      findings: ['warning AUTH_SECRETS'],
    },
    {
      name: 'the key of a provider among the secrets',
      settings: { PLANT_ID_API_KEY: secret },
      findings: ['error PLANT_ID_API_KEY'],
    },
    {
      name: 'the password of the database among the secrets',
      settings: {
        AUTH_SECRETS: `${secretMadeOf('other')},${secret}`,
        DATABASE_URL: `postgresql://plants:${encodeURIComponent(secret)}@db.example/plants?sslmode=verify-full`,
      },
      findings: ['error DATABASE_URL'],
    },
    {
      name: 'the password of Redis among the secrets',
      settings: { REDIS_URL: `rediss://:${encodeURIComponent(secret)}@redis.example` },
      findings: ['error REDIS_URL'],
    },
    {
      name: 'a password with a % that escapes nothing',
      settings: { REDIS_URL: 'rediss://:100%zz@redis.example' },
      findings: [],
    },
    {
      name: 'a token for the metrics that was typed',
      settings: { METRICS_TOKEN: 'ab'.repeat(20) },
      findings: ['error METRICS_TOKEN'],
    },
    {
      name: 'a key for the signatures of alerts that was typed',
      settings: { ALERT_WEBHOOK_URL: 'https://alerts.example', ALERT_WEBHOOK_SECRET: 'ab'.repeat(20) },
      findings: ['error ALERT_WEBHOOK_SECRET'],
    },
    {
      name: 'a secret that also signs alerts',
      settings: { ALERT_WEBHOOK_URL: 'https://alerts.example', ALERT_WEBHOOK_SECRET: secret },
      findings: ['error ALERT_WEBHOOK_SECRET'],
    },
    {
      name: 'instances that do not wait for each other',
      settings: { CACHE_LOCK_TIMEOUT: '0' },
      findings: ['warning CACHE_LOCK_TIMEOUT'],
    },
    {
      name: 'a password that stays in the settings',
      settings: { ADMIN_EMAIL: 'admin@plants.example', ADMIN_PASSWORD: 'correct horse battery' },
      findings: ['warning ADMIN_PASSWORD'],
    },
    {
      name: 'an origin that is not https',
      settings: { APP_URL: 'http://plants.example' },
      findings: ['error APP_URL'],
    },
    {
      name: 'an origin of this machine',
      settings: { APP_URL: 'https://localhost', ALLOWED_HOSTS: 'localhost' },
      findings: ['error APP_URL', 'warning ALLOWED_HOSTS'],
    },
    { name: 'a domain with all names below it', settings: { ALLOWED_HOSTS: '.plants.example' }, findings: [] },
    { name: 'our own host with a final dot', settings: { ALLOWED_HOSTS: 'plants.example.' }, findings: [] },
    {
      name: 'our own host below a domain',
      settings: { APP_URL: 'https://www.plants.example', ALLOWED_HOSTS: '.plants.example' },
      findings: [],
    },
    {
      name: 'an IPv6 address of our own',
      settings: { APP_URL: 'https://[fd00:0::1]', ALLOWED_HOSTS: '[FD00::1]' },
      findings: [],
    },
    {
      name: 'an international name of our own',
      settings: { APP_URL: 'https://pflänzchen.example', ALLOWED_HOSTS: 'PFLÄNZCHEN.example' },
      findings: [],
    },
    {
      name: 'hosts that only end like our own',
      settings: { ALLOWED_HOSTS: '.my-plants.example' },
      findings: ['error ALLOWED_HOSTS'],
    },
    { name: 'hosts without our own', settings: { ALLOWED_HOSTS: 'other.example' }, findings: ['error ALLOWED_HOSTS'] },
    {
      name: 'origins of others that are not https',
      settings: {
        CORS_ALLOWED_ORIGINS: 'http://a.example',
        CSRF_TRUSTED_ORIGINS: 'https://b.example,http://c.example',
      },
      findings: ['error CORS_ALLOWED_ORIGINS', 'error CSRF_TRUSTED_ORIGINS'],
    },
    {
      name: 'connections that close before a load balancer does',
      settings: { KEEP_ALIVE_TIMEOUT: '60' },
      findings: ['warning KEEP_ALIVE_TIMEOUT'],
    },
    { name: 'connections for a load balancer of Google Cloud', settings: { KEEP_ALIVE_TIMEOUT: '620' }, findings: [] },
    {
      name: 'https without a proxy, redirecting',
      settings: { TRUSTED_PROXY_HOPS: '0' },
      findings: ['error TRUSTED_PROXY_HOPS'],
    },
    {
      name: 'https without a proxy, not redirecting',
      settings: { TRUSTED_PROXY_HOPS: '0', HTTPS_REDIRECT: 'off' },
      findings: ['warning TRUSTED_PROXY_HOPS'],
    },
    {
      name: 'the embedded database',
      settings: {
        DATABASE_URL: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(tmpdir())}%2Fplant-x`,
      },
      findings: ['error DATABASE_URL'],
    },
    {
      name: 'a far database in the clear',
      settings: { DATABASE_URL: 'postgresql://db.example/plants' },
      findings: ['warning DATABASE_URL'],
    },
    {
      name: 'a far second host in the clear',
      settings: { DATABASE_URL: 'postgresql://localhost,db.example/plants' },
      findings: ['warning DATABASE_URL'],
    },
    {
      name: 'a direct way in the clear',
      settings: { DIRECT_DATABASE_URL: 'postgresql://db.example/plants' },
      findings: ['warning DIRECT_DATABASE_URL'],
    },
    { name: 'a database of this machine', settings: { DATABASE_URL: 'postgresql://localhost/plants' }, findings: [] },
    {
      name: 'the embedded Redis',
      settings: { REDIS_URL: `unix://${tmpdir()}/plant-x/redis.sock` },
      findings: ['error REDIS_URL'],
    },
    { name: 'a Redis of this machine', settings: { REDIS_URL: 'unix:///run/redis/redis.sock' }, findings: [] },
    {
      name: 'a far Redis in the clear',
      settings: { REDIS_URL: 'redis://redis.example' },
      findings: ['warning REDIS_URL'],
    },
    {
      name: 'Upstash in the clear',
      settings: { UPSTASH_REDIS_REST_URL: 'http://upstash.example', UPSTASH_REDIS_REST_TOKEN: 't' },
      findings: ['error UPSTASH_REDIS_REST_URL'],
    },
    {
      name: 'a simulated provider',
      settings: { PLANT_ID_BASE_URL: 'http://127.0.0.1:4000/api/v3' },
      findings: ['error PLANT_ID_BASE_URL'],
    },
    {
      name: 'a provider in the clear',
      settings: { PLANTNET_BASE_URL: 'http://plantnet.example/v2' },
      findings: ['error PLANTNET_BASE_URL'],
    },
    { name: 'a provider that is off', settings: { PLANTNET_API_KEY: '' }, findings: ['warning PLANTNET_API_KEY'] },
    {
      name: 'a circuit that opens at every failure and hardly closes',
      settings: { PLANT_ID_CIRCUIT_FAIL_MAX: '1', PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD: '50' },
      findings: ['warning PLANT_ID_CIRCUIT_FAIL_MAX', 'warning PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD'],
    },
    {
      name: 'a circuit that rests for a second',
      settings: { PLANTNET_CIRCUIT_RESET_TIMEOUT: '1' },
      findings: ['warning PLANTNET_CIRCUIT_RESET_TIMEOUT'],
    },
    {
      name: 'waiters who give up early',
      settings: { CACHE_LOCK_TIMEOUT: '15' },
      findings: ['warning CACHE_LOCK_TIMEOUT'],
    },
    { name: 'a loud log', settings: { LOG_LEVEL: 'debug' }, findings: ['warning LOG_LEVEL'] },
    {
      name: 'a legacy namespace that is over',
      settings: { LEGACY_API_SUNSET_AT: '2026-05-01' },
      findings: ['warning LEGACY_API_SUNSET_AT'],
    },
  ])('finds $name', ({ settings, findings }) => {
    expect(foundIn(settings as Record<string, string>)).toEqual(findings);
  });
});
