import { apiUnderTest } from '@plantcommunity/api/testing';
import { PROVIDERS } from '@plantcommunity/identification/providers';
import { readSettings } from '@plantcommunity/settings';
import { describe, expect, it } from 'vitest';
import { type CallerRates, type LimitRow, limitsTable } from '../features/docs/limits-table.ts';
import { TIERS } from '../lib/tiers.ts';

/** The variable that sets each rate. */
const VARIABLES: Readonly<Record<keyof CallerRates, string>> = {
  anonymous: 'IDENTIFY_RATE_ANONYMOUS',
  free: 'IDENTIFY_RATE_FREE',
  pro: 'IDENTIFY_RATE_PRO',
  premium: 'IDENTIFY_RATE_PREMIUM',
  enterprise: 'IDENTIFY_RATE_ENTERPRISE',
  signIn: 'SIGN_IN_RATE',
  signInAddress: 'SIGN_IN_RATE_ADDRESS',
  register: 'REGISTER_RATE',
  refresh: 'REFRESH_RATE',
};

/** Settings in which each rate has a number of its own. */
const settings = readSettings({
  APP_ENV: 'development',
  ...Object.fromEntries(Object.values(VARIABLES).map((variable, index) => [variable, `${index + 2}/h`])),
});
const rows = limitsTable(settings.rates, false);

type Send = (n: number) => Promise<{ status: number }>;

/** Creates what sends the `n`th call that a row counts, to an API with the settings' rates. */
function callsOf(name: LimitRow['name']): Send {
  const tier = TIERS.find((each) => each === name);
  const { api } = apiUnderTest({
    config: { rates: settings.rates },
    auth: {
      callerOf: async () => tier && { userId: 'carla', email: 'carla@example.org', role: 'user', tier },
      tokens: { issue: async () => undefined },
    },
  });
  const post = (path: string, body: object) =>
    api.rest(
      new Request(`http://localhost:3000/api/v1${path}`, {
        method: 'POST',
        body: body instanceof FormData ? body : JSON.stringify(body),
        headers: body instanceof FormData ? {} : { 'Content-Type': 'application/json' },
      }),
    );
  const password = 'correct horse battery';
  const person = (n: number) => ({ email: `carla${n}@example.org`, password });
  const photo = new FormData();
  photo.append('image', new Blob(['the bytes of a photo'], { type: 'image/jpeg' }), 'leaf.jpg');
  switch (name) {
    case 'signIn':
      return () => post('/auth/token', person(1));
    case 'signInAddress':
      return (n) => post('/auth/token', person(n));
    case 'register':
      return (n) => post('/auth/register', person(n));
    case 'refresh':
      return () => post('/auth/token/refresh', { refresh_token: 'refresh' });
    default:
      return () => post('/plant-identification/identify', photo);
  }
}

describe('the limits of /docs', () => {
  it('have a row for each rate in the settings, with its number', () => {
    expect(Object.fromEntries(rows.map(({ name, rate }) => [name, rate]))).toEqual(settings.rates);
    expect(rows.map(({ rate: { count } }) => count)).toEqual(rows.map((_, index) => index + 2));
  });

  it('name no limit of callers without an account where identifications need one', () => {
    expect(limitsTable(settings.rates, true)).toEqual(rows.filter(({ name }) => name !== 'anonymous'));
  });

  it.each(rows)('$what: so many are answered, and the next one gets 429', async ({ name, rate: { count } }) => {
    const send = callsOf(name);
    const statuses: number[] = [];
    for (let n = 1; n <= count + 1; n += 1) statuses.push((await send(n)).status);
    expect(statuses.slice(0, -1)).not.toContain(429);
    expect(statuses.at(-1)).toBe(429);
  });

  it('say what an identification costs: one credit, or two with diseases', () => {
    const costOf = (includeDiseases: boolean) =>
      Math.max(...PROVIDERS.map((provider) => provider.credits({ includeDiseases })));
    expect({ without: costOf(false), with: costOf(true) }).toEqual({ without: 1, with: 2 });
  });
});
