import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const HOST = 'http://localhost:3000';
const PATHS = ['/api/v1/auth/me', '/api/auth/me', '/api/auth/me/'];
const asAnna = { headers: { Authorization: 'Bearer anna' } };
const wire = {
  id: 'anna',
  email: 'anna@example.org',
  role: 'user',
  tier: 'pro',
  usage: {
    limit: 200,
    remaining: 200,
    reset_at: expect.stringMatching(/^2026-03-01T1[23]:\d\d:\d\d\.\d{3}Z$/) as string,
  },
};

describe('me', () => {
  it.each(PATHS)('%s returns the account and its usage, without an unknown name', async (path) => {
    const { api } = apiUnderTest();
    const answer = await api.rest(new Request(HOST + path, asAnna));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(wire);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.has('ratelimit')).toBe(false);
  });

  it('is the same over tRPC', async () => {
    const { api } = apiUnderTest();
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/v1.auth.me`, asAnna));
    expect(await answer.json()).toEqual({ result: { data: wire } });
  });

  it.each(transports)(
    'shows the usage of an identification over %s, and uses nothing itself',
    async (_name, identify) => {
      const { api } = apiUnderTest();
      const remaining = async () =>
        ((await (await api.rest(new Request(`${HOST}/api/v1/auth/me`, asAnna))).json()) as typeof wire).usage.remaining;
      await identify(api, { headers: asAnna.headers });
      expect({ first: await remaining(), second: await remaining() }).toEqual({ first: 199, second: 199 });
    },
  );

  it('shows an account of tier free the daily credits left for the account and for its address', async () => {
    const { api } = apiUnderTest();
    const headers = { Authorization: 'Bearer berta', 'X-Forwarded-For': '203.0.113.7' };
    const answer = await api.rest(new Request(`${HOST}/api/v1/auth/me`, { headers }));
    const full = { reset_at: '2026-03-01T12:00:00.000Z' };
    expect(await answer.json()).toMatchObject({
      tier: 'free',
      usage: {
        credits: [
          { policy: 'credits-free', limit: 400, remaining: 400, ...full },
          { policy: 'credits-address', limit: 1200, remaining: 1200, ...full },
        ],
      },
    });
  });

  it('requires a signed-in user, in development too', async () => {
    const { api } = apiUnderTest();
    const answer = await api.rest(new Request(`${HOST}/api/v1/auth/me`));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'authentication_required' });
  });
});
