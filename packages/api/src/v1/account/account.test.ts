import { type Accounts, AuthError } from '@plantcommunity/auth';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';

const TRPC = 'http://localhost:3000/api/trpc/v1.account.';
const asAnna = { 'Sec-Fetch-Site': 'same-origin', Cookie: 'session=anna' };
const current = 'correct horse battery';
const next = 'battery horse correct';

const orders = [
  { path: 'changePassword', input: { current, next } },
  { path: 'signOutEverywhere', input: { confirm: true } },
  { path: 'delete', input: { confirm: true, password: current } },
] as const;

function account(failure?: Error) {
  const done = vi.fn<(...args: unknown[]) => Promise<void>>(async () => {
    if (failure !== undefined) throw failure;
  });
  const accounts: Partial<Accounts> = { changePassword: done, signOutEverywhere: done, delete: done };
  const under = apiUnderTest({ auth: { accounts } });
  const send = (path: string, body: FormData | string | null, headers: Record<string, string>) =>
    under.api.trpc(new Request(TRPC + path, { method: 'POST', body, headers }));
  return {
    ...under,
    done,
    send,
    order: (path: string, input: object) =>
      send(path, JSON.stringify(input), { ...asAnna, 'Content-Type': 'application/json' }),
  };
}

describe('a change of the caller’s account', () => {
  it.each([
    { path: 'changePassword', input: { current, next }, calledWith: ['anna', { current, next }] },
    { path: 'signOutEverywhere', input: { confirm: true }, calledWith: ['anna'] },
    { path: 'delete', input: { confirm: true, password: current }, calledWith: ['anna', { password: current }] },
    { path: 'delete', input: { confirm: true }, calledWith: ['anna', {}] },
  ])('$path $input applies to the caller', async ({ path, input, calledWith }) => {
    const { done, order } = account();
    const answer = await order(path, input);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ result: {} });
    expect(done).toHaveBeenCalledExactlyOnceWith(...calledWith);
  });

  it.each([
    { path: 'changePassword', input: {} },
    { path: 'changePassword', input: { current, next: 'too short' } },
    { path: 'changePassword', input: { current, next, userId: 'berta' } },
    { path: 'signOutEverywhere', input: {} },
    { path: 'signOutEverywhere', input: { confirm: false } },
    { path: 'signOutEverywhere', input: { confirm: true, userId: 'berta' } },
    { path: 'delete', input: {} },
    { path: 'delete', input: { password: current } },
  ])('$path is refused for $input', async ({ path, input }) => {
    const { done, order } = account();
    expect((await order(path, input)).status).toBe(400);
    expect(done).not.toHaveBeenCalled();
  });

  it.each(orders)('$path cannot be sent by a form', async ({ path }) => {
    const { done, send } = account();
    const form = new FormData();
    form.set('confirm', 'true');
    const sent: { body: FormData | string | null; type?: string }[] = [
      { body: form },
      { body: 'confirm=true', type: 'application/x-www-form-urlencoded' },
      { body: '{"confirm":true}', type: 'text/plain' },
      { body: '{"confirm":true}', type: 'application/octet-stream' },
      { body: null },
    ];
    for (const { body, type } of sent) {
      const headers = { ...asAnna, ...(type !== undefined && { 'Content-Type': type }) };
      expect((await send(path, body, headers)).status).toBe(400);
      // Some content types are refused before the origin is checked.
      expect([400, 403]).toContain((await send(path, body, { ...headers, 'Sec-Fetch-Site': 'cross-site' })).status);
    }
    expect(done).not.toHaveBeenCalled();
  });

  it.each([
    { path: 'changePassword', input: { current, next }, pointer: '#/current' },
    { path: 'delete', input: { confirm: true, password: current }, pointer: '#/password' },
  ])(
    '$path with a wrong password answers 400, because a 401 would end the session',
    async ({ path, input, pointer }) => {
      const { order } = account(new AuthError('wrong_password'));
      const answer = await order(path, input);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        error: {
          data: { code: 'invalid_request', errors: [{ detail: 'The current password is not right.', pointer }] },
        },
      });
    },
  );

  it.each([
    { path: 'changePassword', input: { current, next } },
    { path: 'delete', input: { confirm: true, password: current } },
  ])('$path cannot be used to guess a password', async ({ path, input }) => {
    const { done, order } = account(new AuthError('wrong_password'));
    const statuses = [];
    for (let time = 0; time < 6; time += 1) statuses.push((await order(path, input)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect(done).toHaveBeenCalledTimes(5);
  });

  it('is refused for the last administrator', async () => {
    const { order } = account(new AuthError('last_admin'));
    const answer = await order('delete', { confirm: true });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { data: { detail: 'The last admin cannot be deleted: make another user an admin first.' } },
    });
  });

  it.each(orders)('$path does not show internal errors', async ({ path, input }) => {
    const { log, order } = account(new Error('postgres://secret'));
    const answer = await order(path, input);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/secret|stack/);
    expect(log.join()).toContain('secret');
  });
});
