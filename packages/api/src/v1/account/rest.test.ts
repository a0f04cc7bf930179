import { type Accounts, AuthError } from '@plantcommunity/auth';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';

const current = 'correct horse battery';
const next = 'battery horse correct';

const operations = [
  { method: 'PUT', path: '/password', body: { current, next }, calledWith: ['anna', { current, next }] },
  { method: 'DELETE', path: '/sessions', body: undefined, calledWith: ['anna'] },
  { method: 'DELETE', path: '/me', body: { password: current }, calledWith: ['anna', { password: current }] },
  // An account that signs in with another service has no password.
  { method: 'DELETE', path: '/me', body: {}, calledWith: ['anna', {}] },
];
const withPassword = operations.filter(({ body }) => Object.keys(body ?? {}).length > 0);

function account(failure?: Error) {
  const done = vi.fn<(...args: unknown[]) => Promise<void>>(async () => {
    if (failure !== undefined) throw failure;
  });
  const accounts: Partial<Accounts> = { changePassword: done, signOutEverywhere: done, delete: done };
  const { api } = apiUnderTest({ auth: { accounts } });
  const send = (
    { body, method, path }: { method: string; path: string; body: object | undefined },
    headers: Record<string, string> = { Authorization: 'Bearer anna' },
  ) =>
    api.rest(
      new Request(`http://localhost:3000/api/v1/auth${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
        headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      }),
    );
  return { done, send };
}

describe('an app changes the account of its user:', () => {
  it.each(operations)('$method $path with $body', async (operation) => {
    const { done, send } = account();
    const answer = await send(operation);
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    expect(done).toHaveBeenCalledExactlyOnceWith(...operation.calledWith);
  });

  it.each(operations)('$method $path is refused without credentials, and to a cookie alone', async (operation) => {
    const { done, send } = account();
    for (const headers of [{}, { Cookie: 'session=anna' }]) {
      const answer = await send(operation, headers);
      expect({ status: answer.status, challenge: answer.headers.get('www-authenticate') }).toEqual({
        status: 401,
        challenge: 'Bearer',
      });
    }
    expect((await send(operation, { Cookie: 'session=anna', 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect(done).not.toHaveBeenCalled();
  });

  it.each(withPassword)(
    '$method $path names the field of a wrong password, and can be tried five times',
    async (operation) => {
      const { done, send } = account(new AuthError('wrong_password'));
      const answer = await send(operation);
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 400,
        body: {
          code: 'invalid_request',
          errors: [
            { detail: 'The current password is not right.', pointer: `#/${Object.keys(operation.body ?? {})[0]}` },
          ],
        },
      });
      for (let time = 1; time < 5; time += 1) expect((await send(operation)).status).toBe(400);
      const limited = await send(operation);
      expect({ status: limited.status, wait: limited.headers.has('retry-after') }).toEqual({ status: 429, wait: true });
      expect(done).toHaveBeenCalledTimes(5);
    },
  );
});
