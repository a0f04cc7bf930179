import { describe, expect, it } from 'vitest';
import { createPlantClient } from './client.ts';
import { SignInChanged } from './client-error.ts';
import { memoryTokenStore, type TokenStore } from './session.ts';
import { grant, lostConnection, problem, scriptedApi } from './testing/scripted-api.ts';

const HOUR = 3_600_000;
const credentials = { email: 'anna@example.org', password: 'correct horse battery' };
const SIGN_IN = 'POST /auth/token';
const REFRESH = 'POST /auth/token/refresh';
const REVOKE = 'POST /auth/token/revoke';
const ME = 'GET /auth/me';
const IDENTIFY = 'POST /plant-identification/identify';
const anna = () => Response.json({ id: 'anna' });
const identified = () => Response.json({ success: true });
const photos = [new Blob(['a leaf'], { type: 'image/jpeg' })];
const signIn = [() => grant(1)];

/** What another tab saves when another person signs in there. */
const others = {
  accessToken: 'access of another',
  accessExpiresAt: Number.MAX_VALUE,
  refreshToken: 'refresh of another',
  signInId: 'another',
};

describe('a call whose person changed before its answer', () => {
  it.each([
    ['a lost connection', lostConnection],
    ['503', () => problem(503, 'busy', { 'Retry-After': '2' })],
    ['401', () => problem(401, 'invalid_token')],
  ])('is not sent for the other person after %s', async (_title, failure) => {
    const tokens = memoryTokenStore();
    const changed = async () => {
      await tokens.save(others);
      return failure();
    };
    const api = scriptedApi({ [SIGN_IN]: signIn, [IDENTIFY]: [changed, identified] });
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    const error: unknown = await client.identify({ photos }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SignInChanged);
    expect(error).toMatchObject({ code: 'sign_in_changed', message: 'The sign-in changed during the call' });
    expect(api.operations()).toEqual([SIGN_IN, IDENTIFY]);
    expect(tokens.load()).toEqual(others);
  });

  it('is not sent without a person after a sign-out', async () => {
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REVOKE]: [() => new Response(null, { status: 204 })],
      [IDENTIFY]: [
        async () => {
          await client.signOut();
          return lostConnection();
        },
        identified,
      ],
    });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    await expect(client.identify({ photos })).rejects.toBeInstanceOf(SignInChanged);
    expect(api.operations()).toEqual([SIGN_IN, IDENTIFY, REVOKE]);
  });

  it('is not sent at all, when the person changes during the refresh before it', async () => {
    const tokens = memoryTokenStore();
    const changed = async () => {
      await tokens.save(others);
      return grant(2);
    };
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [changed], [ME]: [anna] });
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    api.advance(HOUR);
    await expect(client.me()).rejects.toBeInstanceOf(SignInChanged);
    expect(api.operations()).toEqual([SIGN_IN, REFRESH]);
    expect(tokens.load()).toEqual(others);
  });

  it('keeps the tokens of the other person when the API refuses those of the first', async () => {
    const tokens = memoryTokenStore();
    const changed = async () => {
      await tokens.save(others);
      return problem(401, 'invalid_token');
    };
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [changed], [ME]: [anna] });
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    api.advance(HOUR);
    await expect(client.me()).rejects.toBeInstanceOf(SignInChanged);
    expect(tokens.load()).toEqual(others);
    await client.me();
    expect(api.tokens().at(-1)).toBe('Bearer access of another');
  });

  it('stays anonymous when it began without a person', async () => {
    const tokens = memoryTokenStore();
    const changed = async () => {
      await tokens.save(others);
      return lostConnection();
    };
    const api = scriptedApi({ [IDENTIFY]: [changed, identified] });
    await createPlantClient({ ...api.options, tokens }).identify({ photos });
    expect(api.tokens()).toEqual([undefined, undefined]);
  });

  it('clears only its own tokens when it ended every sign-in', async () => {
    const tokens = memoryTokenStore();
    const changed = async () => {
      await tokens.save(others);
      return new Response(null, { status: 204 });
    };
    const api = scriptedApi({ [SIGN_IN]: signIn, 'DELETE /auth/me': [changed] });
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    await client.deleteAccount(credentials.password);
    expect(tokens.load()).toEqual(others);
  });
});

describe('two clients of one store', () => {
  const tabs = (api: ReturnType<typeof scriptedApi>, tokens: TokenStore) => {
    const [one, other] = [0, 1].map(() => createPlantClient({ ...api.options, tokens }));
    if (one === undefined || other === undefined) throw new Error('two clients were made');
    return { one, other };
  };

  it('keep the newest tokens when the answer to a refresh comes late', async () => {
    const late = Promise.withResolvers<Response>();
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REFRESH]: [() => late.promise, () => grant(2), () => grant(3)],
      [ME]: [anna],
    });
    const tokens = memoryTokenStore();
    const { one, other } = tabs(api, tokens);
    await one.signIn(credentials);
    api.advance(HOUR);
    const call = one.me();
    await expect.poll(api.operations).toContain(REFRESH);
    await other.me();
    api.advance(HOUR);
    await other.me();
    late.resolve(grant(2));
    await call;
    expect(tokens.load()).toMatchObject({ refreshToken: 'refresh 3' });
    expect(api.tokens().at(-1)).toBe('Bearer access 3');
  });

  it('repeat no refresh whose token the other one has exchanged', async () => {
    // A token that comes back after its successor was used ends the sign-in.
    const tokens = memoryTokenStore();
    const exchangedElsewhere = async () => {
      const last = await tokens.load();
      if (last) await tokens.save({ ...last, ...others, signInId: last.signInId });
      return lostConnection();
    };
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [exchangedElsewhere], [ME]: [anna] });
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    api.advance(HOUR);
    await client.me();
    expect(api.operations()).toEqual([SIGN_IN, REFRESH, ME]);
    expect(api.tokens().at(-1)).toBe('Bearer access of another');
  });

  it('stay signed out when the answer to a refresh comes after the sign-out of the other', async () => {
    const late = Promise.withResolvers<Response>();
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REFRESH]: [() => late.promise],
      [REVOKE]: [() => new Response(null, { status: 204 })],
    });
    const tokens = memoryTokenStore();
    const { one, other } = tabs(api, tokens);
    await one.signIn(credentials);
    api.advance(HOUR);
    const call = one.me();
    await expect.poll(api.operations).toContain(REFRESH);
    await other.signOut();
    late.resolve(grant(2));
    await expect(call).rejects.toBeInstanceOf(SignInChanged);
    expect(tokens.load()).toBeUndefined();
  });
});
