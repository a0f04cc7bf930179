import { type Accounts, AuthError } from '@plantcommunity/auth';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { postJson } from '../../testing/post-json.ts';

const PATH = '/api/v1/auth/register';
const carla = { email: 'carla@example.org', password: 'correct horse battery' };

function registering(failure?: AuthError) {
  const register = vi.fn<Accounts['register']>(async ({ email, name }) => {
    if (failure !== undefined) throw failure;
    return { userId: 'new', email, ...(name === undefined ? {} : { name }), role: 'user', tier: 'free' };
  });
  return { register, ...apiUnderTest({ auth: { accounts: { register } } }) };
}

describe('registering', () => {
  it('answers 201 with the account, without password and session', async () => {
    const { api, register } = registering();
    const answer = await postJson(api, PATH, { ...carla, name: 'Carla' });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      id: 'new',
      email: 'carla@example.org',
      name: 'Carla',
      role: 'user',
      tier: 'free',
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(register).toHaveBeenCalledExactlyOnceWith({ ...carla, name: 'Carla' });
  });

  it.each(['/api/v1', '/api'])('answers under %s with the Location of the account', async (basePath) => {
    const { api } = registering();
    const answer = await postJson(api, `${basePath}/auth/register`, carla);
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
      status: 201,
      location: `${basePath}/auth/me`,
    });
  });

  it('omits an unknown name', async () => {
    const { api, register } = registering();
    const answer = await postJson(api, PATH, carla);
    expect(await answer.json()).not.toHaveProperty('name');
    expect(register).toHaveBeenCalledExactlyOnceWith(carla);
  });

  it('is refused with 409 for an address that has an account', async () => {
    const { api } = registering(new AuthError('email_taken'));
    const answer = await postJson(api, PATH, carla);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      code: 'email_taken',
      title: 'Conflict',
      errors: [{ pointer: '#/email' }],
    });
  });

  it('is refused in legacy with the old body', async () => {
    const { api } = registering(new AuthError('email_taken'));
    const answer = await postJson(api, '/api/auth/register/', carla);
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 409,
      body: { detail: 'There is an account with this email address already.' },
    });
    expect(answer.headers.get('link')).toContain('</api/v1/auth/register>; rel="successor-version"');
  });

  it.each([
    { name: 'no address', body: { ...carla, email: 'carla' }, pointer: '#/email' },
    { name: 'a password of 9 characters', body: { ...carla, password: 'a'.repeat(9) }, pointer: '#/password' },
    { name: 'a password of 201 characters', body: { ...carla, password: 'a'.repeat(201) }, pointer: '#/password' },
    {
      name: 'a password of 9 that take 18 to write',
      body: { ...carla, password: '🌱'.repeat(9) },
      pointer: '#/password',
    },
    { name: 'a password that is no text', body: { ...carla, password: 1234567890 }, pointer: '#/password' },
    { name: 'a name without end', body: { ...carla, name: 'a'.repeat(513) }, pointer: '#/name' },
    { name: 'a role', body: { ...carla, role: 'admin' }, pointer: '#/role' },
    { name: 'a tier', body: { ...carla, tier: 'enterprise' }, pointer: '#/tier' },
    { name: 'nothing', body: {}, pointer: '#/email' },
  ])('is refused with 400 for $name, without counting as an attempt', async ({ body, pointer }) => {
    const { api, register } = registering();
    for (let time = 0; time < 5; time += 1) {
      const answer = await postJson(api, PATH, body);
      expect(answer.status).toBe(400);
      const problem: unknown = await answer.json();
      expect(problem).toMatchObject({
        code: 'invalid_request',
        errors: expect.arrayContaining([{ detail: expect.any(String) as string, pointer }]) as object[],
      });
    }
    expect(register).not.toHaveBeenCalled();
  });

  it.each(['🌱'.repeat(10), 'a'.repeat(200), '🌱'.repeat(200)])(
    'accepts passwords of 10 to 200 characters of any size',
    async (password) => {
      const { api } = registering();
      expect((await postJson(api, PATH, { ...carla, password })).status).toBe(201);
    },
  );

  it('is throttled, with separate limits for accounts and refused registrations', async () => {
    const { api, register } = registering(new AuthError('email_taken'));
    const statuses = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await postJson(api, PATH, carla)).status);
    expect(statuses).toEqual([409, 409, 409, 429]);
    expect(register).toHaveBeenCalledTimes(3);
    const refused = await postJson(api, PATH, carla);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  });

  it.each([
    { path: PATH, problemIn: (body: unknown) => body },
    { path: '/api/auth/register/', problemIn: (body: unknown) => body },
    {
      path: '/api/trpc/v1.auth.register',
      problemIn: (body: unknown) => (body as { error: { data: unknown } }).error.data,
    },
  ])('is refused over $path with the cause and the remedy', async ({ path, problemIn }) => {
    const { api } = registering();
    const send = () =>
      path.startsWith('/api/trpc')
        ? api.trpc(
            new Request(`http://localhost:3000${path}`, {
              method: 'POST',
              body: JSON.stringify(carla),
              headers: { 'Content-Type': 'application/json' },
            }),
          )
        : postJson(api, path, carla);
    for (let time = 0; time < 3; time += 1) expect((await send()).ok).toBe(true);
    const refused = await send();
    expect(refused.status).toBe(429);
    const retryAfter = refused.headers.get('retry-after');
    expect(problemIn(await refused.json())).toMatchObject({
      detail:
        `Request was throttled. Expected available in ${retryAfter} seconds. ` +
        'At most 3 accounts per hour may be created from one network address. ' +
        'Try again later, use another network, or ask the operator of this site to raise REGISTER_RATE.',
    });
  });
});
