import { createHash } from 'node:crypto';
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
    ['a secret that was typed', { AUTH_SECRETS: 'ab'.repeat(20) }, ['error AUTH_SECRETS']],
    ['a secret twice', { AUTH_SECRETS: `${secret},${secret}` }, ['error AUTH_SECRETS']],
    ['a secret in words', { AUTH_SECRETS: 'seven herons walked under northern lights' }, ['warning AUTH_SECRETS']],
    ['the key of a provider among the secrets', { PLANT_ID_API_KEY: secret }, ['error PLANT_ID_API_KEY']],
    [
      'the password of the database among the secrets',
      {
        AUTH_SECRETS: `${secretMadeOf('other')},${secret}`,
        DATABASE_URL: `postgresql://plants:${encodeURIComponent(secret)}@db.example/plants?sslmode=verify-full`,
      },
      ['error DATABASE_URL'],
    ],
    [
      'the password of Redis among the secrets',
      { REDIS_URL: `rediss://:${encodeURIComponent(secret)}@redis.example` },
      ['error REDIS_URL'],
    ],
    ['a password with a % that escapes nothing', { REDIS_URL: 'rediss://:100%zz@redis.example' }, []],
    ['instances that do not wait for each other', { CACHE_LOCK_TIMEOUT: '0' }, ['warning CACHE_LOCK_TIMEOUT']],
    [
      'a password that stays in the settings',
      { ADMIN_EMAIL: 'admin@plants.example', ADMIN_PASSWORD: 'correct horse battery' },
      ['warning ADMIN_PASSWORD'],
    ],
    ['an origin that is not https', { APP_URL: 'http://plants.example' }, ['error APP_URL']],
    [
      'an origin of this machine',
      { APP_URL: 'https://localhost', ALLOWED_HOSTS: 'localhost' },
      ['error APP_URL', 'warning ALLOWED_HOSTS'],
    ],
    ['a domain with all names below it', { ALLOWED_HOSTS: '.plants.example' }, []],
    ['our own host with a final dot', { ALLOWED_HOSTS: 'plants.example.' }, []],
    ['our own host below a domain', { APP_URL: 'https://www.plants.example', ALLOWED_HOSTS: '.plants.example' }, []],
    ['an IPv6 address of our own', { APP_URL: 'https://[fd00:0::1]', ALLOWED_HOSTS: '[FD00::1]' }, []],
    [
      'an international name of our own',
      { APP_URL: 'https://pflänzchen.example', ALLOWED_HOSTS: 'PFLÄNZCHEN.example' },
      [],
    ],
    ['hosts that only end like our own', { ALLOWED_HOSTS: '.my-plants.example' }, ['error ALLOWED_HOSTS']],
    ['hosts without our own', { ALLOWED_HOSTS: 'other.example' }, ['error ALLOWED_HOSTS']],
    [
      'origins of others that are not https',
      { CORS_ALLOWED_ORIGINS: 'http://a.example', CSRF_TRUSTED_ORIGINS: 'https://b.example,http://c.example' },
      ['error CORS_ALLOWED_ORIGINS', 'error CSRF_TRUSTED_ORIGINS'],
    ],
    [
      'connections that close before a load balancer does',
      { KEEP_ALIVE_TIMEOUT: '60' },
      ['warning KEEP_ALIVE_TIMEOUT'],
    ],
    ['connections for a load balancer of Google Cloud', { KEEP_ALIVE_TIMEOUT: '620' }, []],
    ['https without a proxy, redirecting', { TRUSTED_PROXY_HOPS: '0' }, ['error TRUSTED_PROXY_HOPS']],
    [
      'https without a proxy, not redirecting',
      { TRUSTED_PROXY_HOPS: '0', HTTPS_REDIRECT: 'off' },
      ['warning TRUSTED_PROXY_HOPS'],
    ],
    [
      'the embedded database',
      { DATABASE_URL: 'postgresql://postgres@localhost/postgres?host=%2Ftmp%2Fplant-x' },
      ['error DATABASE_URL'],
    ],
    ['a far database in the clear', { DATABASE_URL: 'postgresql://db.example/plants' }, ['warning DATABASE_URL']],
    [
      'a far second host in the clear',
      { DATABASE_URL: 'postgresql://localhost,db.example/plants' },
      ['warning DATABASE_URL'],
    ],
    [
      'a direct way in the clear',
      { DIRECT_DATABASE_URL: 'postgresql://db.example/plants' },
      ['warning DIRECT_DATABASE_URL'],
    ],
    ['a database of this machine', { DATABASE_URL: 'postgresql://localhost/plants' }, []],
    ['the embedded Redis', { REDIS_URL: 'unix:///tmp/plant-x/redis.sock' }, ['error REDIS_URL']],
    ['a Redis of this machine', { REDIS_URL: 'unix:///run/redis/redis.sock' }, []],
    ['a far Redis in the clear', { REDIS_URL: 'redis://redis.example' }, ['warning REDIS_URL']],
    [
      'Upstash in the clear',
      { UPSTASH_REDIS_REST_URL: 'http://upstash.example', UPSTASH_REDIS_REST_TOKEN: 't' },
      ['error UPSTASH_REDIS_REST_URL'],
    ],
    ['a simulated provider', { PLANT_ID_BASE_URL: 'http://127.0.0.1:4000/api/v3' }, ['error PLANT_ID_BASE_URL']],
    ['a provider in the clear', { PLANTNET_BASE_URL: 'http://plantnet.example/v2' }, ['error PLANTNET_BASE_URL']],
    ['a provider that is off', { PLANTNET_API_KEY: '' }, ['warning PLANTNET_API_KEY']],
    [
      'a circuit that opens at every failure and hardly closes',
      { PLANT_ID_CIRCUIT_FAIL_MAX: '1', PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD: '50' },
      ['warning PLANT_ID_CIRCUIT_FAIL_MAX', 'warning PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD'],
    ],
    [
      'a circuit that rests for a second',
      { PLANTNET_CIRCUIT_RESET_TIMEOUT: '1' },
      ['warning PLANTNET_CIRCUIT_RESET_TIMEOUT'],
    ],
    ['waiters who give up early', { CACHE_LOCK_TIMEOUT: '15' }, ['warning CACHE_LOCK_TIMEOUT']],
    ['a loud log', { LOG_LEVEL: 'debug' }, ['warning LOG_LEVEL']],
    ['a legacy namespace that is over', { LEGACY_API_SUNSET_AT: '2026-05-01' }, ['warning LEGACY_API_SUNSET_AT']],
  ])('finds %s', (_what, different, expected) => {
    expect(foundIn(different as Record<string, string>)).toEqual(expected);
  });
});
