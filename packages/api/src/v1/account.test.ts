import { type Accounts, AuthError } from '@plantcommunity/auth';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';

const TRPC = 'http://localhost:3000/api/trpc/v1.account.';
const asAnna = { 'Sec-Fetch-Site': 'same-origin', Cookie: 'session=anna' };
const current = 'correct horse battery';
const next = 'battery horse correct';

const orders = [
  ['changePassword', { current, next }],
  ['signOutEverywhere', { confirm: true }],
  ['remove', { confirm: true, password: current }],
] as const;

function account(failure?: Error) {
  const done = vi.fn<(...args: unknown[]) => Promise<void>>(async () => {
    if (failure !== undefined) throw failure;
  });
  const accounts: Partial<Accounts> = { changePassword: done, signOutEverywhere: done, remove: done };
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
    ['changePassword', { current, next }, ['anna', { current, next }]],
    ['signOutEverywhere', { confirm: true }, ['anna']],
    ['remove', { confirm: true, password: current }, ['anna', { password: current }]],
    ['remove', { confirm: true }, ['anna', {}]],
  ])('%s %j applies to the caller', async (path, input, asked) => {
    const { done, order } = account();
    const answer = await order(path, input);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ result: {} });
    expect(done.mock.calls).toEqual([asked]);
  });

  it.each([
    ['changePassword', {}],
    ['changePassword', { current, next: 'too short' }],
    ['changePassword', { current, next, userId: 'berta' }],
    ['signOutEverywhere', {}],
    ['signOutEverywhere', { confirm: false }],
    ['signOutEverywhere', { confirm: true, userId: 'berta' }],
    ['remove', {}],
    ['remove', { password: current }],
  ])('%s is refused for %j', async (path, input) => {
    const { done, order } = account();
    expect((await order(path, input)).status).toBe(400);
    expect(done).not.toHaveBeenCalled();
  });

  it.each(orders)('%s cannot be sent by a form', async (path) => {
    const { done, send } = account();
    const form = new FormData();
    form.set('confirm', 'true');
    const bodies: [FormData | string | null, string?][] = [
      [form],
      ['confirm=true', 'application/x-www-form-urlencoded'],
      ['{"confirm":true}', 'text/plain'],
      ['{"confirm":true}', 'application/octet-stream'],
      [null],
    ];
    for (const [body, type] of bodies) {
      const headers = { ...asAnna, ...(type !== undefined && { 'Content-Type': type }) };
      expect((await send(path, body, headers)).status).toBe(400);
      // Some content types are refused before the origin is checked.
      expect([400, 403]).toContain((await send(path, body, { ...headers, 'Sec-Fetch-Site': 'cross-site' })).status);
    }
    expect(done).not.toHaveBeenCalled();
  });

  it.each([
    ['changePassword', { current, next }, '#/current'],
    ['remove', { confirm: true, password: current }, '#/password'],
  ])('%s with a wrong password answers 400, because a 401 would end the session', async (path, input, pointer) => {
    const { order } = account(new AuthError('wrong_password'));
    const answer = await order(path, input);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { data: { code: 'invalid_request', errors: [{ detail: 'The current password is not right.', pointer }] } },
    });
  });

  it.each([
    ['changePassword', { current, next }],
    ['remove', { confirm: true, password: current }],
  ])('%s cannot be used to guess a password', async (path, input) => {
    const { done, order } = account(new AuthError('wrong_password'));
    const statuses = [];
    for (let time = 0; time < 6; time += 1) statuses.push((await order(path, input)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect(done).toHaveBeenCalledTimes(5);
  });

  it('is refused for the last administrator', async () => {
    const { order } = account(new AuthError('last_admin'));
    const answer = await order('remove', { confirm: true });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { data: { detail: 'The last admin cannot be removed: make another user an admin first.' } },
    });
  });

  it.each(orders)('%s does not show internal errors', async (path, input) => {
    const { log, order } = account(new Error('postgres://secret'));
    const answer = await order(path, input);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/secret|stack/);
    expect(log.join()).toContain('secret');
  });
});
