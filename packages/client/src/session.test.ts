import { describe, expect, it } from 'vitest';
import { createPlantClient, type PlantClient } from './client.ts';
import { ConnectionLost, SignInChanged } from './client-error.ts';
import { memoryTokenStore, type TokenStore } from './session.ts';
import { grant, lostConnection, problem, scriptedApi } from './testing/scripted-api.ts';

const HOUR = 3_600_000;
const credentials = { email: 'anna@example.org', password: 'correct horse battery' };
const account = () => Response.json({ id: 'anna', email: credentials.email });
const SIGN_IN = 'POST /auth/token';
const REFRESH = 'POST /auth/token/refresh';
const REVOKE = 'POST /auth/token/revoke';
const ME = 'GET /auth/me';
const signIn = [() => grant(1)];
const done = () => new Response(null, { status: 204 });

describe('a session', () => {
  it('sends the access token to operations that need it, and to no other', async () => {
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [ME]: [account],
      'POST /auth/register': [() => Response.json({}, { status: 201 })],
    });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    await client.me();
    await client.register(credentials);
    expect(api.tokens()).toEqual([undefined, 'Bearer access 1', undefined]);
  });

  it('refreshes an access token before it ends, once for all concurrent calls', async () => {
    const answered = Promise.withResolvers<Response>();
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [() => answered.promise], [ME]: [account] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    api.advance(HOUR - 20_000);
    const calls = [client.me(), client.me(), client.me()];
    answered.resolve(grant(2));
    await Promise.all(calls);
    expect(api.operations()).toEqual([SIGN_IN, REFRESH, ME, ME, ME]);
    expect(api.tokens().slice(2)).toEqual(['Bearer access 2', 'Bearer access 2', 'Bearer access 2']);
  });

  it('replaces a refused access token and sends the call again, once for all concurrent calls', async () => {
    const refused = () => problem(401, 'invalid_token');
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [() => grant(2)], [ME]: [refused, refused, account] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    await Promise.all([client.me(), client.me()]);
    expect(api.operations()).toEqual([SIGN_IN, ME, ME, REFRESH, ME, ME]);
    expect(api.tokens().slice(-2)).toEqual(['Bearer access 2', 'Bearer access 2']);
  });

  it('replaces a token once a call: an API that refuses every token gets two attempts', async () => {
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REFRESH]: [() => grant(2)],
      [ME]: [() => problem(401, 'invalid_token')],
    });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    await expect(client.me()).rejects.toMatchObject({ name: 'ApiError', status: 401, code: 'invalid_token' });
    expect(api.operations()).toEqual([SIGN_IN, ME, REFRESH, ME]);
  });

  it('uses new tokens only once the store has them', async () => {
    const saved = Promise.withResolvers<void>();
    const store = memoryTokenStore();
    const slow: TokenStore = {
      ...store,
      async save(tokens) {
        if (tokens.refreshToken === 'refresh 2') await saved.promise;
        await store.save(tokens);
      },
    };
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [() => grant(2)], [ME]: [account] });
    const client = createPlantClient({ ...api.options, tokens: slow });
    await client.signIn(credentials);
    api.advance(HOUR);
    const call = client.me();
    await expect.poll(api.operations).toEqual([SIGN_IN, REFRESH]);
    saved.resolve();
    await call;
    expect(api.operations()).toEqual([SIGN_IN, REFRESH, ME]);
  });

  it('takes null, which a store of JSON loads without tokens, for no tokens', async () => {
    const store: TokenStore = { ...memoryTokenStore(), load: () => null };
    const api = scriptedApi({});
    await createPlantClient({ ...api.options, tokens: store }).signOut();
    expect(api.operations()).toEqual([]);
  });

  it('takes the tokens that another client of its store refreshed', async () => {
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [() => grant(2)], [ME]: [account] });
    const tokens = memoryTokenStore();
    const [one, other] = [0, 1].map(() => createPlantClient({ ...api.options, tokens }));
    await one?.signIn(credentials);
    api.advance(HOUR);
    await one?.me();
    await other?.me();
    expect(api.operations()).toEqual([SIGN_IN, REFRESH, ME, ME]);
    expect(api.tokens().at(-1)).toBe('Bearer access 2');
  });

  it('repeats a refresh whose answer was lost, with the same refresh token', async () => {
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [lostConnection, () => grant(2)], [ME]: [account] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    api.advance(HOUR);
    await client.me();
    const [, first, second] = await Promise.all(api.received.slice(0, 3).map(({ json }) => json()));
    expect([first, second]).toEqual([{ refresh_token: 'refresh 1' }, { refresh_token: 'refresh 1' }]);
  });

  it('keeps its tokens when a refresh cannot reach the API', async () => {
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REFRESH]: [lostConnection, lostConnection, lostConnection, () => grant(2)],
      [ME]: [account],
    });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    api.advance(HOUR);
    await expect(client.me()).rejects.toBeInstanceOf(ConnectionLost);
    await expect(client.me()).resolves.toMatchObject({ id: 'anna' });
  });

  it('ends when the API refuses the refresh token', async () => {
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REFRESH]: [() => problem(401, 'invalid_token')],
      [ME]: [() => problem(401, 'authentication_required')],
    });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    api.advance(HOUR);
    await expect(client.me()).rejects.toMatchObject({ code: 'invalid_token' });
    expect(tokens.load()).toBeUndefined();
    await expect(client.me()).rejects.toMatchObject({ code: 'authentication_required' });
    expect(api.operations()).toEqual([SIGN_IN, REFRESH, ME]);
  });

  it('rejects a stopped call at once, and refreshes on for the others', async () => {
    const answered = Promise.withResolvers<Response>();
    const api = scriptedApi({ [SIGN_IN]: signIn, [REFRESH]: [() => answered.promise], [ME]: [account] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    api.advance(HOUR);
    const stop = new AbortController();
    const stopped = client.me({ signal: stop.signal });
    const other = client.me();
    stop.abort(new Error('The page was left'));
    await expect(stopped).rejects.toThrow('The page was left');
    answered.resolve(grant(2));
    await other;
    expect(api.operations()).toEqual([SIGN_IN, REFRESH, ME]);
  });
});

describe('sign-out', () => {
  it('clears the tokens at once, also while a refresh has no answer', async () => {
    const answered = Promise.withResolvers<Response>();
    const api = scriptedApi({
      [SIGN_IN]: signIn,
      [REFRESH]: [() => answered.promise],
      [REVOKE]: [done],
    });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    api.advance(HOUR);
    const call = client.me();
    await expect.poll(api.operations).toContain(REFRESH);
    await client.signOut();
    const revoked = api.received.find(({ operation }) => operation === REVOKE);
    expect(await revoked?.json()).toEqual({ refresh_token: 'refresh 1' });
    answered.resolve(grant(2));
    await expect(call).rejects.toBeInstanceOf(SignInChanged);
    expect(tokens.load()).toBeUndefined();
  });

  it('keeps the tokens of a person who signs in while it has no answer', async () => {
    const revoked = Promise.withResolvers<Response>();
    const api = scriptedApi({ [SIGN_IN]: [() => grant(1), () => grant(2)], [REVOKE]: [() => revoked.promise] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    const signedOut = client.signOut();
    await client.signIn(credentials);
    revoked.resolve(done());
    await signedOut;
    expect(tokens.load()).toMatchObject({ refreshToken: 'refresh 2' });
  });

  it('ends a sign-in that has no answer yet', async () => {
    const answered = Promise.withResolvers<Response>();
    const api = scriptedApi({ [SIGN_IN]: [() => answered.promise] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    const signedIn = client.signIn(credentials);
    await client.signOut();
    answered.resolve(grant(1));
    await expect(signedIn).rejects.toBeInstanceOf(SignInChanged);
    expect(tokens.load()).toBeUndefined();
  });

  it('clears the tokens also when the API cannot be reached, and rejects', async () => {
    const api = scriptedApi({ [SIGN_IN]: signIn, [REVOKE]: [lostConnection] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    await expect(client.signOut()).rejects.toBeInstanceOf(ConnectionLost);
    expect(tokens.load()).toBeUndefined();
  });
});

describe('a call that ends every sign-in', () => {
  it.each([
    {
      title: 'a change of the password',
      operation: 'PUT /auth/password',
      call: (client: PlantClient) => client.changePassword({ current: 'the old one', next: 'the next one' }),
    },
    {
      title: 'sign-out everywhere',
      operation: 'DELETE /auth/sessions',
      call: (client: PlantClient) => client.signOutEverywhere(),
    },
    {
      title: 'the deletion of the account',
      operation: 'DELETE /auth/me',
      call: (client: PlantClient) => client.deleteAccount(credentials.password),
    },
  ])('clears the tokens after it succeeded: $title', async ({ operation, call }) => {
    const api = scriptedApi({ [SIGN_IN]: signIn, [operation]: [() => problem(400, 'invalid_request'), done] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    await expect(call(client)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(tokens.load()).toBeDefined();
    await call(client);
    expect(tokens.load()).toBeUndefined();
    expect(api.tokens().at(-1)).toBe('Bearer access 1');
  });
});
