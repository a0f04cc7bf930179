import { describe, expect, it } from 'vitest';
import { createPlantClient } from './client.ts';
import { ConnectionLost } from './client-error.ts';
import { memoryTokenStore } from './session.ts';
import { grant, problem, scriptedApi } from './testing/scripted-api.ts';

const HOUR = 3_600_000;
const credentials = { email: 'anna@example.org', password: 'correct horse battery' };
const SIGN_IN = 'POST /auth/token';
const REFRESH = 'POST /auth/token/refresh';
const ME = 'GET /auth/me';
const anna = () => Response.json({ id: 'anna' });

const page = (status: number) => () => new Response('<h1>Welcome to our network</h1>', { status, headers: html });
const html = { 'Content-Type': 'text/html; charset=utf-8' };
const json = { 'Content-Type': 'application/json' };

/** Answers of a network that asks people to sign in to it, and of others between the client and the API. */
const foreign = [
  { title: 'a page', answer: page(200) },
  { title: 'a page with 401', answer: page(401) },
  { title: 'a page with 511', answer: page(511) },
  { title: 'text', answer: () => new Response('Success') },
  { title: 'bytes without a type', answer: () => new Response(new Uint8Array([1])) },
  { title: 'nothing', answer: () => new Response(null, { headers: json }) },
  { title: 'JSON that ends in the middle', answer: () => new Response('{"id": "an', { headers: json }) },
  { title: 'JSON with 401', answer: () => Response.json({ code: 401, message: 'Unauthorized' }, { status: 401 }) },
];

describe.each(foreign)('an answer of another server: $title', ({ answer }) => {
  it('is a lost connection, after which the call is repeated', async () => {
    const api = scriptedApi({ [ME]: [answer, anna] });
    expect(await createPlantClient(api.options).me()).toEqual({ id: 'anna' });
    expect(api.waits).toEqual([500]);
  });

  it('keeps a person signed in', async () => {
    const api = scriptedApi({ [SIGN_IN]: [() => grant(1)], [ME]: [answer] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    const kept = tokens.load();
    await expect(client.me()).rejects.toBeInstanceOf(ConnectionLost);
    expect(tokens.load()).toEqual(kept);
    expect(api.operations()).toEqual([SIGN_IN, ME, ME, ME]);
  });

  it('to a refresh keeps a person signed in', async () => {
    const api = scriptedApi({ [SIGN_IN]: [() => grant(1)], [REFRESH]: [answer] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    const kept = tokens.load();
    api.advance(HOUR);
    await expect(client.me()).rejects.toBeInstanceOf(ConnectionLost);
    expect(tokens.load()).toEqual(kept);
  });

  it('to a sign-in saves nothing', async () => {
    const api = scriptedApi({ [SIGN_IN]: [answer] });
    const tokens = memoryTokenStore();
    const signedIn = createPlantClient({ ...api.options, tokens }).signIn(credentials);
    await expect(signedIn).rejects.toBeInstanceOf(ConnectionLost);
    expect(tokens.load()).toBeUndefined();
  });
});

describe('an answer to a refresh', () => {
  it.each([[{}], [[]], [null], [{ access_token: 'a', refresh_token: 'b', expires_in: '3600' }]])(
    'that has no tokens is a lost connection, and keeps those of before: %j',
    async (answer) => {
      const api = scriptedApi({ [SIGN_IN]: [() => grant(1)], [REFRESH]: [() => Response.json(answer)] });
      const tokens = memoryTokenStore();
      const client = createPlantClient({ ...api.options, tokens });
      await client.signIn(credentials);
      const kept = tokens.load();
      api.advance(HOUR);
      await expect(client.me()).rejects.toBeInstanceOf(ConnectionLost);
      expect(tokens.load()).toEqual(kept);
    },
  );

  it('of 401 keeps a person signed in unless it refuses the token', async () => {
    const api = scriptedApi({
      [SIGN_IN]: [() => grant(1)],
      [REFRESH]: [() => problem(401, 'authentication_required')],
    });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    const kept = tokens.load();
    api.advance(HOUR);
    await expect(client.me()).rejects.toMatchObject({ name: 'ApiError', code: 'authentication_required' });
    expect(tokens.load()).toEqual(kept);
  });
});

describe('an answer of 401', () => {
  it('that refuses no token leads to no refresh', async () => {
    const api = scriptedApi({ [SIGN_IN]: [() => grant(1)], [ME]: [() => problem(401, 'invalid_credentials')] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    await expect(client.me()).rejects.toMatchObject({ name: 'ApiError', code: 'invalid_credentials' });
    expect(api.operations()).toEqual([SIGN_IN, ME]);
  });
});

describe('an error of a proxy', () => {
  it.each([
    ['HTML', () => new Response('<h1>Bad gateway</h1>', { status: 502, headers: html })],
    ['JSON', () => Response.json({ message: 'Service Unavailable' }, { status: 503 })],
  ])('in %s is repeated, and is no state of the services', async (_title, answer) => {
    const api = scriptedApi({ 'GET /plant-identification/identify/health': [answer] });
    await expect(createPlantClient(api.options).health()).rejects.toMatchObject({ name: 'ApiError', code: 'unknown' });
    expect(api.received).toHaveLength(3);
  });
});
