import type { AccountDetails } from '@plantcommunity/auth';
import { OperationsError, type OperationsErrorCode, type UserOperations } from '@plantcommunity/operations';
import { describe, expect, it, vi } from 'vitest';
import { ada, apiUnderTest } from '../../testing/api-under-test.ts';
import { annasAccount } from '../../testing/fake-operations.ts';

const reason = 'Asked for it by e-mail.';
const change = { id: 'anna', reason };
const details = {
  id: 'anna',
  email: 'anna@example.org',
  name: 'Anna',
  role: 'user',
  tier: 'pro',
  created_at: '2026-02-28T12:00:00.000Z',
  has_password: true,
  services: ['github'],
  sessions: { browsers: 2, apps: 1 },
  api_keys: 3,
  identifications: 41,
  sign_in_link: { state: 'unused', until: '2026-03-01T13:00:00.000Z' },
};

describe('the list of users', () => {
  it.each<[object | undefined, object]>([
    [undefined, { limit: 50 }],
    [
      { search: ' anna ', role: 'admin', tier: 'pro', disabled: false, limit: 20, cursor: '1.a' },
      { search: 'anna', role: 'admin', tier: 'pro', isDisabled: false, limit: 20, cursor: '1.a' },
    ],
  ])('asked with %j, passes on %j', async (input, query) => {
    const list = vi.fn<UserOperations['list']>(async () => ({ accounts: [], total: 0 }));
    const { api } = apiUnderTest({ operations: { users: { list } } });
    expect(await api.caller(ada).admin.users.list(input)).toEqual({ items: [], total: 0 });
    expect(list.mock.calls).toEqual([[query]]);
  });

  it.each([{ limit: 0 }, { limit: 201 }, { search: ' ' }, { role: 'owner' }, { tier: 'gold' }])(
    'refuses %j',
    async (input) => {
      const { api } = apiUnderTest();
      await expect(api.caller(ada).admin.users.list(input as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    },
  );
});

describe('a change of a user', () => {
  it.each([
    ['setTier', { tier: 'premium' }],
    ['setRole', { role: 'admin' }],
    ['disable', {}],
    ['enable', {}],
  ] as const)('by %s carries operator and reason, and returns the account afterwards', async (name, given) => {
    const work = vi.fn<(...input: unknown[]) => Promise<AccountDetails>>(async () => annasAccount);
    const { api } = apiUnderTest({ operations: { users: { [name]: work } } });
    expect(await api.caller(ada).admin.users[name]({ ...change, ...given } as never)).toEqual(details);
    expect(work.mock.calls).toEqual([
      [
        { userId: 'ada', requestId: expect.any(String) as string },
        { userId: 'anna', reason, ...given },
      ],
    ]);
  });

  it.each<[OperationsErrorCode, number, string, string | undefined]>([
    ['invalid_reason', 400, 'A reason has 10 to 500 characters; this one has 9.', '#/reason'],
    ['last_admin', 400, 'The last admin stays one: make another user an admin first.', '#/id'],
    ['unchanged', 400, 'The account is like that already: another admin may have changed it.', '#/id'],
    ['user_disabled', 400, 'This account is disabled: enable it first.', '#/id'],
    ['unknown_user', 404, 'Not found.', undefined],
    ['not_admin', 404, 'Not found.', undefined],
  ])('that operations refuse as %s is %i, %s', async (code, status, detail, pointer) => {
    const setRole = () => Promise.reject(new OperationsError(code, { length: 9 }));
    const { api } = apiUnderTest({ operations: { users: { setRole } } });
    const answer = await api.trpc(
      new Request('http://localhost:3000/api/trpc/v1.admin.users.setRole', {
        method: 'POST',
        body: JSON.stringify({ ...change, role: 'user' }),
        headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', Cookie: 'session=ada' },
      }),
    );
    expect(answer.status).toBe(status);
    const errors = pointer === undefined ? undefined : [{ detail, pointer }];
    expect(await answer.json()).toMatchObject({ error: { message: detail, data: { ...(errors && { errors }) } } });
  });
});

describe('making a sign-in link', () => {
  it('returns its address, whose token no request carries', async () => {
    const { api } = apiUnderTest();
    expect(await api.caller(ada).admin.users.makeSignInLink(change)).toEqual({
      url: 'http://localhost:3000/sign-in-link#secret',
      expires_at: '2026-03-01T13:00:00.000Z',
      user: details,
    });
  });

  it('is limited for each admin, and counts only links that are made', async () => {
    let code: OperationsErrorCode | undefined = 'user_disabled';
    const makeSignInLink = vi.fn<UserOperations['makeSignInLink']>(async () => {
      if (code !== undefined) throw new OperationsError(code);
      return { token: 'secret', expiresAt: new Date(), user: annasAccount };
    });
    const { api, clock } = apiUnderTest({ operations: { users: { makeSignInLink } } });
    const make = () =>
      api
        .caller(ada)
        .admin.users.makeSignInLink(change)
        .then(
          () => 'made',
          (error: unknown) => String(error),
        );
    for (let n = 0; n < 25; n += 1) expect(await make()).toContain('disabled');
    code = undefined;
    makeSignInLink.mockClear();
    for (let n = 0; n < 20; n += 1) await make();
    expect(await make()).toContain('Request was throttled.');
    expect(makeSignInLink).toHaveBeenCalledTimes(20);
    clock.advance(900_000);
    await make();
    expect(makeSignInLink).toHaveBeenCalledTimes(21);
  });
});
