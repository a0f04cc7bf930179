import type { Auth } from '@plantcommunity/auth';
import { describe, expect, it } from 'vitest';
import { allProcedures } from '../testing/all-procedures.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { everyUserOperation } from '../testing/fake-operations.ts';
import { billed, monstera } from '../testing/fake-service.ts';
import { samples } from '../testing/samples.ts';
import { upload } from '../testing/transports.ts';

const HOST = 'http://localhost:3000';
const own = { 'Sec-Fetch-Site': 'same-origin' };

/** A database error as Prisma throws it, without its class. */
const away = async (): Promise<never> => {
  throw Object.assign(new Error('The database "plants" on db.example:5432 is not available.'), {
    code: 'database_unavailable',
  });
};

async function* awayStream(): AsyncGenerator<never> {
  yield await away();
}

function without(callerOf?: Auth['callerOf']) {
  return apiUnderTest({
    config: { mode: 'production' },
    service: {
      identify: async () => billed({ ...monstera, cached: true, filed: false }),
      history: away,
      find: away,
      exportHistory: awayStream,
      giveFeedback: away,
      photo: away,
      delete: away,
      deleteAll: away,
      restore: away,
      restoreAll: away,
      forget: away,
    },
    operations: {
      isolateProvider: away,
      releaseProvider: away,
      resetProvider: away,
      alerts: away,
      acknowledgeAlert: away,
      audit: away,
      users: everyUserOperation(away),
    },
    auth: {
      ...(callerOf && { callerOf }),
      accounts: { register: away, changePassword: away, signOutEverywhere: away, delete: away },
      tokens: { issue: away, refresh: away, revoke: away },
      apiKeys: { create: away, list: away, find: away, revoke: away },
    },
  });
}

const identify = (headers: Record<string, string>) =>
  new Request(`${HOST}/api/v1/plant-identification/identify`, {
    method: 'POST',
    body: upload(),
    headers: { ...own, ...headers },
  });

describe('identify without the database', () => {
  it.each([
    ['a session', { Cookie: 'session=anna' }],
    ['an access token', { Authorization: 'Bearer anna' }],
  ])('answers the user named by %s, with the limit of a free account', async (_what, headers) => {
    const { api, asked } = without(away);
    const answer = await api.rest(identify(headers));
    expect(answer.status).toBe(200);
    const body: unknown = await answer.json();
    expect(body).toMatchObject({ success: true, cached: true, filed: false, plant_name: 'Swiss cheese plant' });
    expect(body).not.toHaveProperty('id');
    // The database may be back by then, and an ended session must not spend credits.
    expect(asked[0]).toMatchObject({ ownerId: 'anna', subject: 'user:anna', cachedOnly: true });
    expect(answer.headers.get('ratelimit')).toMatch(/^"identify-free";r=99;/);
  });

  it('calls providers for a user whom the database confirms', async () => {
    const { api, asked } = without();
    await api.rest(identify({ Cookie: 'session=anna' }));
    expect(asked[0]).toMatchObject({ ownerId: 'anna', cachedOnly: false });
  });

  it('refuses an invalid token', async () => {
    const { api, asked } = without(away);
    expect((await api.rest(identify({ Authorization: 'Bearer forged' }))).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('neither accepts an API key nor calls it invalid, because only the database can tell', async () => {
    const { api, asked } = without(away);
    const answer = await api.rest(identify({ Authorization: 'Bearer plk_identify' }));
    expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(asked).toEqual([]);
  });

  it('refuses a request without credentials', async () => {
    const { api, asked } = without(async () => undefined);
    expect((await api.rest(identify({}))).status).toBe(401);
    expect(asked).toEqual([]);
  });
});

describe('while the database is unavailable', () => {
  const others = allProcedures.filter(
    ({ procedure }) =>
      !/^plantIdentification\.(identify|progress|health)$|^admin\.overview\.(get|watch)$/.test(procedure),
  );

  it.each(others)('$procedure, $namespace over $over, answers 503 with Retry-After', async (route) => {
    const { api, log } = without(route.procedure === 'auth.me' ? away : undefined);
    const answer = await route.call(api, samples[route.procedure]?.(), { ...own, Cookie: 'session=ada' });
    const text = await answer.text();
    expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(text).toContain('The service is temporarily unavailable.');
    expect(text).not.toContain('db.example');
    expect(log).toEqual([]);
  });

  it('an error is a problem in v1', async () => {
    const { api } = without(away);
    const answer = await api.rest(new Request(`${HOST}/api/v1/auth/me`, { headers: { Cookie: 'session=anna' } }));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ type: 'about:blank', status: 503, code: 'busy' });
  });

  it.each([
    ['JSON', () => Response.json({ url: `${HOST}/login?error=Unavailable` }, { status: 401 })],
    ['a redirect', () => Response.redirect(`${HOST}/login?error=Unavailable`)],
  ])(
    'a password that next-auth could not check (%s) answers 503 and does not count as wrong',
    async (_how, answered) => {
      const { api } = without();
      const body = () => new URLSearchParams({ email: 'anna@example.org', password: 'right' });
      for (let times = 0; times < 10; times += 1) {
        const request = new Request(`${HOST}/api/auth/callback/credentials`, {
          method: 'POST',
          body: body(),
          headers: own,
        });
        const answer = await api.nextAuth(request, async () => answered());
        expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
          status: 503,
          retryAfter: '5',
        });
        expect(await answer.json()).toMatchObject({ code: 'busy', url: `${HOST}/login?error=busy` });
      }
    },
  );
});
