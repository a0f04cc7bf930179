import type { Tokens } from '@plantcommunity/auth';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { grant } from '../../testing/fake-auth.ts';
import { postJson } from '../../testing/post-json.ts';

const PATH = '/api/v1/auth/token';
const anna = { email: 'anna@example.org', password: 'correct horse battery' };

function issuing(answer: Awaited<ReturnType<Tokens['issue']>>) {
  const issue = vi.fn<Tokens['issue']>(async () => answer);
  return { issue, ...apiUnderTest({ auth: { tokens: { issue } } }) };
}

describe('a token', () => {
  it('is issued with 200 and no-store', async () => {
    const { api, issue } = issuing(grant);
    const answer = await postJson(api, PATH, anna);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      access_token: 'access',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'refresh',
      refresh_expires_in: 604_800,
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(issue).toHaveBeenCalledExactlyOnceWith(anna);
  });

  it('is refused with 401 and WWW-Authenticate for wrong credentials', async () => {
    const { api } = issuing(undefined);
    const answer = await postJson(api, PATH, anna);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toMatchObject({
      code: 'invalid_credentials',
      detail: 'The email address or the password is wrong.',
    });
  });

  it('is refused with 403 for a disabled account', async () => {
    const { api } = issuing('disabled');
    const answer = await postJson(api, PATH, anna);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'account_disabled' });
  });

  it('is issued for passwords of up to 200 characters, also short old ones', async () => {
    const { api } = issuing(undefined);
    const statusOf = async (password: string) => (await postJson(api, PATH, { ...anna, password })).status;
    const longest = 'a'.repeat(200);
    expect({
      empty: await statusOf(''),
      short: await statusOf('a'),
      longest: await statusOf(longest),
      tooLong: await statusOf(`${longest}a`),
    }).toEqual({ empty: 401, short: 401, longest: 401, tooLong: 400 });
  });

  it('is refused alike for invalid addresses and unknown accounts', async () => {
    const { api } = issuing(undefined);
    const [none, unknown] = await Promise.all(
      ['unknown', 'unknown@example.org'].map(async (email) => {
        const answer = await postJson(api, PATH, { ...anna, email });
        const { requestId: _, ...problem } = (await answer.json()) as Record<string, unknown>;
        return { status: answer.status, problem };
      }),
    );
    expect(none).toEqual(unknown);
  });

  it('can be requested 5 times in 15 minutes, in any spelling of the address', async () => {
    const { api, clock, issue } = issuing(undefined);
    const spellings = [
      'anna@example.org',
      'ANNA@example.org',
      ' anna@EXAMPLE.org',
      'anna@example.org ',
      'Anna@example.org',
    ];
    for (const email of spellings) expect((await postJson(api, PATH, { ...anna, email })).status).toBe(401);
    const refused = await postJson(api, PATH, anna);
    expect(refused.status).toBe(429);
    expect(issue).toHaveBeenCalledTimes(5);
    clock.advance(Number(refused.headers.get('retry-after')) * 1000);
    expect((await postJson(api, PATH, anna)).status).toBe(401);
  });

  it('that is issued does not count as an attempt', async () => {
    const { api } = issuing(grant);
    for (let time = 0; time < 30; time += 1) expect((await postJson(api, PATH, anna)).status).toBe(200);
  });

  it('refused to a disabled account counts as an attempt', async () => {
    const { api } = issuing('disabled');
    for (let time = 0; time < 5; time += 1) await postJson(api, PATH, anna);
    expect((await postJson(api, PATH, anna)).status).toBe(429);
  });

  it('is refused to cross-site pages (login CSRF)', async () => {
    const { api, issue } = issuing(grant);
    const answer = await postJson(api, PATH, anna, { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(issue).not.toHaveBeenCalled();
  });

  it('is the same over tRPC', async () => {
    const { api } = issuing(grant);
    const request = new Request('http://localhost:3000/api/trpc/v1.auth.token', {
      method: 'POST',
      body: JSON.stringify(anna),
      headers: { 'Content-Type': 'application/json' },
    });
    const answer = await api.trpc(request);
    expect(await answer.json()).toMatchObject({ result: { data: { access_token: 'access', token_type: 'Bearer' } } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

/** Accepts every token, each of a different sign-in. */
const refreshOfOwnSignIn: Tokens['refresh'] = async (token, admit) => {
  await admit?.(`sign-in of ${token}`);
  return grant;
};

/** Returns the distinct statuses of `count` concurrent requests. */
async function statusesOf(count: number, send: (n: number) => Promise<Response>): Promise<number[]> {
  const statuses = await Promise.all(Array.from({ length: count }, async (_, n) => (await send(n)).status));
  return [...new Set(statuses)];
}

describe('a refresh token', () => {
  it('is exchanged for the next pair', async () => {
    const refresh = vi.fn<Tokens['refresh']>(async () => grant);
    const { api } = apiUnderTest({ auth: { tokens: { refresh } } });
    const answer = await postJson(api, `${PATH}/refresh`, { refresh_token: 'mine' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ access_token: 'access', refresh_token: 'refresh' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(refresh).toHaveBeenCalledExactlyOnceWith('mine', expect.any(Function));
  });

  it('that is invalid is refused with 401', async () => {
    const { api } = apiUnderTest({ auth: { tokens: { refresh: async () => undefined } } });
    const answer = await postJson(api, `${PATH}/refresh`, { refresh_token: 'old' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await answer.json()).toMatchObject({ code: 'invalid_token' });
  });

  it('can be exchanged 30 times an hour per sign-in', async () => {
    const { api } = apiUnderTest();
    const statuses = [];
    for (let time = 0; time < 31; time += 1) {
      statuses.push((await postJson(api, `${PATH}/refresh`, { refresh_token: 'mine' })).status);
    }
    expect(statuses.lastIndexOf(200)).toBe(29);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each(['/api/v1/auth/token/refresh', '/api/auth/token/refresh', '/api/auth/token/refresh/'])(
    'is exchanged over %s for each of 500 sign-ins of one address',
    async (path) => {
      const { api } = apiUnderTest({ auth: { tokens: { refresh: refreshOfOwnSignIn } } });
      expect(await statusesOf(500, (n) => postJson(api, path, { refresh_token: `token ${n}` }))).toEqual([200]);
    },
  );

  it.each(['v1', 'legacy'])('is exchanged over tRPC %s for each of 500 sign-ins of one address', async (namespace) => {
    const { api } = apiUnderTest({ auth: { tokens: { refresh: refreshOfOwnSignIn } } });
    const statuses = await statusesOf(500, (n) =>
      api.trpc(
        new Request(`http://localhost:3000/api/trpc/${namespace}.auth.refresh`, {
          method: 'POST',
          body: JSON.stringify({ refresh_token: `token ${n}` }),
          headers: { 'Content-Type': 'application/json' },
        }),
      ),
    );
    expect(statuses).toEqual([200]);
  });

  it('that is good is exchanged while its address is over the limit of bad ones', async () => {
    const { api } = apiUnderTest({
      auth: {
        tokens: {
          refresh: async (token, admit) => (token.startsWith('junk') ? undefined : refreshOfOwnSignIn(token, admit)),
        },
      },
    });
    const send = (token: string) => postJson(api, `${PATH}/refresh`, { refresh_token: token });
    expect(await statusesOf(300, (n) => send(`junk ${n}`))).toEqual([401]);
    expect(await statusesOf(10, (n) => send(`junk ${300 + n}`))).toEqual([429]);
    expect(await statusesOf(31, (n) => send(`token ${n}`))).toEqual([200]);
  });

  it('that is invalid answers 429 when it is sent too often, to refresh and revoke', async () => {
    const { api } = apiUnderTest({
      auth: { tokens: { refresh: async () => undefined, revoke: async () => false } },
    });
    const send = async (path: string) => (await postJson(api, `${PATH}/${path}`, { refresh_token: 'junk' })).status;
    const statuses = [];
    for (let time = 0; time < 15; time += 1) statuses.push(await send('refresh'), await send('revoke'));
    expect(new Set(statuses)).toEqual(new Set([401, 204]));
    expect({ refresh: await send('refresh'), revoke: await send('revoke') }).toEqual({ refresh: 429, revoke: 429 });
  });

  it('that is good is revoked despite bad tokens from the same address', async () => {
    const { api } = apiUnderTest({ auth: { tokens: { revoke: async (token) => token === 'mine' } } });
    const send = async (token: string) => (await postJson(api, `${PATH}/revoke`, { refresh_token: token })).status;
    for (let n = 0; n < 300; n += 1) await send(`junk ${n}`);
    expect({ bad: await send('junk 300'), good: await send('mine') }).toEqual({ bad: 429, good: 204 });
  });

  it.each([
    { token: 'mine', exists: true },
    { token: 'unknown', exists: false },
    { token: '', exists: false },
  ])('"$token" is revoked with 204 and no body, whether or not it exists', async ({ token, exists }) => {
    const revoke = vi.fn<Tokens['revoke']>(async () => exists);
    const { api } = apiUnderTest({ auth: { tokens: { revoke } } });
    const answer = await postJson(api, `${PATH}/revoke`, { refresh_token: token });
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    expect(answer.headers.has('content-type')).toBe(false);
    expect(revoke).toHaveBeenCalledExactlyOnceWith(token);
  });

  it.each(['refresh', 'revoke'])('is the only field that %s accepts', async (path) => {
    const { api } = apiUnderTest();
    for (const body of [
      {},
      { refresh_token: 7 },
      { refresh_token: 'a', all: true },
      { refresh_token: 'a'.repeat(513) },
    ]) {
      expect((await postJson(api, `${PATH}/${path}`, body)).status).toBe(400);
    }
  });
});
