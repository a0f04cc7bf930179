import { AuthError } from '@plantcommunity/auth';
import type { UserOperations } from '@plantcommunity/operations';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';

const password = 'correct horse battery';
const REQUEST_ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';

function send(
  { api }: ReturnType<typeof apiUnderTest>,
  name: 'open' | 'use',
  input: object,
  headers: Record<string, string> = {},
) {
  return api.trpc(
    new Request(`http://localhost:3000/api/trpc/v1.signInLink.${name}`, {
      method: 'POST',
      body: JSON.stringify(input),
      headers: {
        'Content-Type': 'application/json',
        'Sec-Fetch-Site': 'same-origin',
        'X-Request-Id': REQUEST_ID,
        ...headers,
      },
    }),
  );
}

describe('opening a sign-in link', () => {
  it('tells whose it is, and is stored by no cache', async () => {
    const answer = await send(apiUnderTest(), 'open', { token: 'secret' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({
      result: { data: { email: 'anna@example.org', expires_at: '2026-03-01T13:00:00.000Z' } },
    });
  });

  it('is no query, whose input would be in the URL', async () => {
    const { api } = apiUnderTest();
    const url = `http://localhost:3000/api/trpc/v1.signInLink.open?input=${encodeURIComponent('{"token":"s"}')}`;
    expect((await api.trpc(new Request(url))).status).toBe(405);
  });
});

describe('using a sign-in link', () => {
  it('passes on token, password and the request that carries them', async () => {
    const useSignInLink = vi.fn<UserOperations['useSignInLink']>(async () => ({ email: 'anna@example.org' }));
    const tested = apiUnderTest({ config: { proxyHops: 1 }, operations: { users: { useSignInLink } } });
    const answer = await send(tested, 'use', { token: 'secret', password }, { 'X-Forwarded-For': '203.0.113.7' });
    expect(await answer.json()).toMatchObject({ result: { data: { email: 'anna@example.org' } } });
    expect(useSignInLink.mock.calls).toEqual([
      [
        { token: 'secret', password },
        { requestId: REQUEST_ID, address: '203.0.113.7' },
      ],
    ]);
    expect(tested.log.join('')).not.toMatch(/secret|horse/);
  });

  it.each([
    [{ token: 'secret', password: 'short' }, '#/password'],
    [{ token: '', password }, '#/token'],
    [{ token: 'x'.repeat(513), password }, '#/token'],
    [{ token: 'secret', password, email: 'anna@example.org' }, '#/email'],
  ])('%j is refused at %s', async (input, pointer) => {
    const answer = await send(apiUnderTest(), 'use', input);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { data: { errors: [{ pointer }] } } });
  });

  it('is refused to a page of another site', async () => {
    const answer = await send(apiUnderTest(), 'use', { token: 'secret', password }, { 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(403);
  });
});

describe('a sign-in link that cannot be used', () => {
  const invalid = () => Promise.reject(new AuthError('invalid_link'));

  it('is refused in the same words when it is opened and when it is used', async () => {
    const tested = apiUnderTest({ operations: { users: { findSignInLink: invalid, useSignInLink: invalid } } });
    for (const name of ['open', 'use'] as const) {
      const answer = await send(tested, name, { token: 'secret', ...(name === 'use' && { password }) });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        error: {
          message: 'This link cannot be used any more: it was used or replaced, or it has expired. Ask for a new one.',
          data: { code: 'invalid_request', errors: [{ pointer: '#/token' }] },
        },
      });
    }
  });

  it('counts against its address, unlike a good one', async () => {
    let isGood = true;
    const findSignInLink: UserOperations['findSignInLink'] = async () => {
      if (!isGood) throw new AuthError('invalid_link');
      return { userId: 'anna', email: 'anna@example.org', expiresAt: new Date() };
    };
    const tested = apiUnderTest({ operations: { users: { findSignInLink } } });
    const statuses = async (count: number) => {
      const all: number[] = [];
      for (let n = 0; n < count; n += 1) all.push((await send(tested, 'open', { token: `token ${n}` })).status);
      return new Set(all);
    };
    expect(await statuses(30)).toEqual(new Set([200]));
    isGood = false;
    expect(await statuses(20)).toEqual(new Set([400]));
    expect(await statuses(1)).toEqual(new Set([429]));
  });
});
