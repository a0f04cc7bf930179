import { type ApiKeys, AuthError, MAX_API_KEYS } from '@plantcommunity/auth';
import { describe, expect, it, vi } from 'vitest';
import { type ApiUnderTest, apiUnderTest } from '../../testing/api-under-test.ts';
import { annasKey } from '../../testing/fake-auth.ts';
import { transports } from '../../testing/transports.ts';

const HOST = 'http://localhost:3000';
const KEYS = '/api/v1/auth/keys';
const asAnna = { Authorization: 'Bearer anna' };

const wireKey = {
  id: annasKey.id,
  name: 'Garden script',
  scopes: ['identify'],
  start: 'plk_0123',
  created_at: '2026-03-01T12:00:00.000Z',
};

function send(
  { api }: ApiUnderTest,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  return api.rest(
    new Request(HOST + path, {
      method,
      headers: { ...asAnna, ...(body && { 'Content-Type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    }),
  );
}

function withCreate(create: ApiKeys['create']) {
  const spy = vi.fn<ApiKeys['create']>(create);
  return { create: spy, under: apiUnderTest({ auth: { apiKeys: { create: spy } } }) };
}

describe('creating an API key', () => {
  it('answers 201 with the key, which is shown only now', async () => {
    const { create, under } = withCreate(async () => annasKey);
    const answer = await send(under, 'POST', KEYS, { name: 'Garden script', scopes: ['identify'] });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('location')).toBe(`${KEYS}/${annasKey.id}`);
    expect(await answer.json()).toEqual({ ...wireKey, key: annasKey.key });
    expect(create).toHaveBeenCalledExactlyOnceWith('anna', { name: 'Garden script', scopes: ['identify'] });
    expect(under.log.join()).not.toContain(annasKey.key);
  });

  it('takes an end with an offset', async () => {
    const { create, under } = withCreate(async (_userId, wanted) => ({ ...annasKey, ...wanted }));
    const wanted = { name: 'Night job', scopes: ['read', 'write'], expires_at: '2027-01-01T01:00:00+01:00' };
    const answer = await send(under, 'POST', KEYS, wanted);
    expect(await answer.json()).toMatchObject({ ...wanted, expires_at: '2027-01-01T00:00:00.000Z' });
    expect(create.mock.calls[0]?.[1].expiresAt).toEqual(new Date('2027-01-01T00:00:00Z'));
  });

  it.each([
    ['#/name', { scopes: ['read'] }],
    ['#/name', { name: '', scopes: ['read'] }],
    ['#/name', { name: 'x'.repeat(101), scopes: ['read'] }],
    ['#/scopes', { name: 'x' }],
    ['#/scopes', { name: 'x', scopes: [] }],
    ['#/scopes', { name: 'x', scopes: 7 }],
    ['#/scopes/0', { name: 'x', scopes: ['admin'] }],
    ['#/expires_at', { name: 'x', scopes: ['read'], expires_at: '2027-01-01' }],
    ['#/expires_at', { name: 'x', scopes: ['read'], expires_at: '9999-12-31T23:59:59-00:01' }],
    ['#/user_id', { name: 'x', scopes: ['read'], user_id: 'berta' }],
  ])('names the field %s that is wrong in %j', async (pointer, wanted) => {
    const { create, under } = withCreate(async () => annasKey);
    const answer = await send(under, 'POST', KEYS, wanted);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] });
    expect(create).not.toHaveBeenCalled();
  });

  it.each([
    ['invalid_key_name', '#/name'],
    ['invalid_key_expiry', '#/expires_at'],
    ['too_many_keys', '#'],
  ] as const)('answers 400 for %s', async (code, pointer) => {
    const { under } = withCreate(() => Promise.reject(new AuthError(code)));
    const answer = await send(under, 'POST', KEYS, { name: 'x', scopes: ['read'] });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] });
  });

  it('says how many keys an account has at most', async () => {
    const { under } = withCreate(() => Promise.reject(new AuthError('too_many_keys')));
    const answer = await send(under, 'POST', KEYS, { name: 'x', scopes: ['read'] });
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(String(MAX_API_KEYS)) as string });
  });

  it('answers 401 when the account has ended meanwhile', async () => {
    const { under } = withCreate(async () => undefined);
    const answer = await send(under, 'POST', KEYS, { name: 'x', scopes: ['read'] });
    expect({ status: answer.status, challenge: answer.headers.get('www-authenticate') }).toEqual({
      status: 401,
      challenge: 'Bearer',
    });
  });

  it('needs a page of ours when a cookie signs it in', async () => {
    const { create, under } = withCreate(async () => annasKey);
    const foreign = { Cookie: 'session=anna', Origin: 'https://somewhere.example', 'Content-Type': 'application/json' };
    const answer = await under.api.rest(
      new Request(HOST + KEYS, { method: 'POST', body: '{"name":"x","scopes":["read"]}', headers: foreign }),
    );
    expect(answer.status).toBe(403);
    expect(create).not.toHaveBeenCalled();
  });
});

describe('API keys', () => {
  it('are listed and found without the key itself', async () => {
    const under = apiUnderTest();
    expect(await (await send(under, 'GET', KEYS)).json()).toEqual({ items: [wireKey] });
    expect(await (await send(under, 'GET', `${KEYS}/${annasKey.id}`)).json()).toEqual(wireKey);
  });

  it('show their last use and their end', async () => {
    const { key: _key, ...listed } = annasKey;
    const at = new Date('2026-04-01T12:00:00Z');
    const under = apiUnderTest({
      auth: { apiKeys: { list: async () => [{ ...listed, expiresAt: at, lastUsedAt: at }] } },
    });
    expect(await (await send(under, 'GET', KEYS)).json()).toEqual({
      items: [{ ...wireKey, expires_at: at.toISOString(), last_used_at: at.toISOString() }],
    });
  });

  it.each(['GET', 'DELETE'])('of other users are not found by %s', async (method) => {
    const answer = await send(apiUnderTest(), method, `${KEYS}/${annasKey.id}`, undefined, {
      Authorization: 'Bearer berta',
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  it('are revoked with 204', async () => {
    const answer = await send(apiUnderTest(), 'DELETE', `${KEYS}/${annasKey.id}`);
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
  });

  it.each(['/api/auth/keys', '/api/v1/auth/keys/'])('are served under the path %s only in v1', async (path) => {
    const { api } = apiUnderTest();
    const answer = await api.rest(new Request(HOST + path, { headers: asAnna }));
    expect(answer.status).toBe(path.startsWith('/api/v1') ? 200 : 404);
  });
});

describe('a call with an API key', () => {
  it('without the scope gets 403, which names the scope', async () => {
    const under = apiUnderTest();
    const answer = await send(under, 'GET', '/api/v1/plant-identification/identifications', undefined, {
      Authorization: 'Bearer plk_identify',
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="read"');
    expect(await answer.json()).toMatchObject({
      code: 'insufficient_scope',
      detail: 'This API key does not have the scope "read".',
    });
  });

  it.each([KEYS, '/api/v1/auth/me'])('to %s gets 403 without a scope, because none suffices', async (path) => {
    const answer = await send(apiUnderTest(), 'GET', path, undefined, { Authorization: 'Bearer plk_ada' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(await answer.json()).toMatchObject({
      code: 'insufficient_scope',
      detail: 'An API key cannot be used here. Please sign in.',
    });
  });

  it('to tRPC gets the same error', async () => {
    const { api } = apiUnderTest();
    const headers = { Authorization: 'Bearer plk_ada' };
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/v1.admin.users.list`, { headers }));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(await answer.json()).toMatchObject({ error: { data: { code: 'insufficient_scope', status: 403 } } });
  });

  it('that is not valid gets 401, also beside a valid cookie', async () => {
    const answer = await send(apiUnderTest(), 'GET', '/api/v1/auth/me', undefined, {
      Authorization: 'Bearer plk_unknown',
      Cookie: 'session=anna',
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await answer.json()).toMatchObject({
      code: 'invalid_token',
      detail: 'The API key is not valid, was revoked or has expired.',
    });
  });

  it.each(transports)('counts against the limit of its account over %s', async (_name, identify) => {
    const { api, asked } = apiUnderTest();
    const byKey = await identify(api, { headers: { Authorization: 'Bearer plk_identify' }, notOurPage: true });
    const byToken = await identify(api, { headers: asAnna, notOurPage: true });
    const limits = [byKey, byToken].map(({ headers }) => headers.get('ratelimit')?.split(';t=')[0]);
    expect(limits).toEqual(['"identify-pro";r=199', '"identify-pro";r=198']);
    expect(asked.map(({ ownerId, subject }) => ({ ownerId, subject }))).toEqual([
      { ownerId: 'anna', subject: 'user:anna' },
      { ownerId: 'anna', subject: 'user:anna' },
    ]);
  });

  it.each(transports)('without the scope is not counted over %s', async (_name, identify) => {
    const { api, asked } = apiUnderTest();
    const refused = await identify(api, { headers: { Authorization: 'Bearer plk_read' }, notOurPage: true });
    expect({ status: refused.status, code: refused.code }).toEqual({ status: 403, code: 'insufficient_scope' });
    const next = await identify(api, { headers: asAnna, notOurPage: true });
    expect(next.headers.get('ratelimit')).toMatch(/^"identify-pro";r=199;/);
    expect(asked).toHaveLength(1);
  });

  it('without the scope gets the old body on a legacy path', async () => {
    const { api } = apiUnderTest();
    const headers = { Authorization: 'Bearer plk_read' };
    const answer = await api.rest(
      new Request(`${HOST}/api/plant-identification/identify`, { method: 'POST', headers, body: new FormData() }),
    );
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ detail: 'This API key does not have the scope "identify".' });
  });
});
