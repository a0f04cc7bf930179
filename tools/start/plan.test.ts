import { describe, expect, test } from 'vitest';
import { planFor, shownAddress, withPhotoStoreFrom } from './plan.ts';

const everything = { embedsPostgres: true, embedsRedis: true, simulatesProviders: true };

describe('the launcher', () => {
  test('embeds all services in development without settings, and takes an empty setting as unset', () => {
    expect(planFor({ APP_ENV: 'development' })).toEqual(everything);
    expect(planFor({ APP_ENV: 'development', DATABASE_URL: '', PLANT_ID_API_KEY: '' })).toEqual(everything);
  });

  test('embeds nothing in production', () => {
    const nothing = { embedsPostgres: false, embedsRedis: false, simulatesProviders: false };
    expect(planFor({ APP_ENV: 'production' })).toEqual(nothing);
    expect(planFor({})).toEqual(nothing);
  });

  test.each([
    ['DATABASE_URL', { embedsPostgres: false }],
    ['REDIS_URL', { embedsRedis: false }],
    ['UPSTASH_REDIS_REST_URL', { embedsRedis: false }],
    ['PLANT_ID_API_KEY', { simulatesProviders: false }],
    ['PLANTNET_API_KEY', { simulatesProviders: false }],
  ])('does not embed a service that %s names', (name, difference) => {
    expect(planFor({ APP_ENV: 'development', [name]: 'given' })).toEqual({ ...everything, ...difference });
  });
});

test.each([
  ['postgresql://plants:a-word@db.example.org:5433/plants?sslmode=require', 'db.example.org:5433/plants'],
  ['postgresql://plants@localhost/plants?host=/run/postgresql', '/run/postgresql/plants'],
  ['rediss://:a-word@cache.example.org/2', 'cache.example.org/2'],
  ['https://cache.example.org', 'cache.example.org'],
  ['no address', 'an address that cannot be read'],
])('the announcement shows %s as %s', (url, shown) => {
  expect(shownAddress(url)).toBe(shown);
});

describe('the photo store', () => {
  test.each([
    [{ PHOTO_STORE: 'file:photos' }, 'file:/house/photos'],
    [{ PHOTO_STORE: 'file:/srv/photos' }, 'file:/srv/photos'],
    [{}, undefined],
  ])('%o is resolved from the root', (environment, expected) => {
    expect(withPhotoStoreFrom('/house', environment)['PHOTO_STORE']).toBe(expected);
  });
});
