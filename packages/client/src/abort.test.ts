import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlantClient } from './client.ts';
import { memoryTokenStore } from './session.ts';
import { grant, lostConnection, problem, scriptedApi } from './testing/scripted-api.ts';

const HOUR = 3_600_000;
const credentials = { email: 'anna@example.org', password: 'correct horse battery' };
const SIGN_IN = 'POST /auth/token';
const REFRESH = 'POST /auth/token/refresh';
const ME = 'GET /auth/me';
const anna = () => Response.json({ id: 'anna' });

/** Errors of promises that no code awaits: they end a Node process. */
let unhandled: unknown[];
const note = (error: unknown) => unhandled.push(error);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

/** Makes a call that meets all that can happen to one, and stops it as soon as it has begun its step number `last`. */
async function stoppedAt(last: number) {
  const stop = new AbortController();
  let steps = Number.NEGATIVE_INFINITY;
  const begin = () => {
    steps += 1;
    if (steps === last) stop.abort(new Error('The page was left'));
  };
  const api = scriptedApi({
    [SIGN_IN]: [() => grant(1)],
    [REFRESH]: [lostConnection, () => grant(2), () => grant(3)],
    [ME]: [() => problem(401, 'invalid_token'), () => problem(503, 'busy', { 'Retry-After': '2' }), anna],
  });
  const { environment } = api.options;
  const store = memoryTokenStore();
  const client = createPlantClient({
    baseUrl: api.options.baseUrl,
    tokens: {
      async load() {
        begin();
        return store.load();
      },
      async save(tokens) {
        begin();
        await store.save(tokens);
      },
      clear: () => store.clear(),
    },
    environment: {
      ...environment,
      fetch(...args) {
        begin();
        return environment.fetch(...args);
      },
      sleep(...args) {
        begin();
        return environment.sleep(...args);
      },
    },
  });
  await client.signIn(credentials);
  api.advance(HOUR);
  steps = 0;
  const result: unknown = await client.me({ signal: stop.signal }).catch((error: unknown) => error);
  // A refresh under way goes on: other calls may wait for it.
  for (let turn = 0; turn < 50; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each turn lets what is under way go on
    await setImmediate();
  }
  return { result, steps, refreshToken: (await store.load())?.refreshToken };
}

describe('a call that its signal stops', () => {
  it('rejects with the reason of the signal at each of its steps, and leaves no error behind', async () => {
    const { result, steps } = await stoppedAt(Number.POSITIVE_INFINITY);
    expect(result).toEqual({ id: 'anna' });
    expect(steps).toBeGreaterThan(15);
    const stopped = await Promise.all(Array.from({ length: steps }, (_, index) => stoppedAt(index + 1)));
    expect(stopped.map((call) => call.result)).toEqual(stopped.map(() => new Error('The page was left')));
    expect(stopped.map(({ refreshToken }) => refreshToken)).not.toContain(undefined);
    expect(unhandled).toEqual([]);
  });

  it('leaves no error behind when the refresh that it awaited fails', async () => {
    const refused = Promise.withResolvers<Response>();
    const api = scriptedApi({ [SIGN_IN]: [() => grant(1)], [REFRESH]: [() => refused.promise] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    api.advance(HOUR);
    const stop = new AbortController();
    const calls = [client.me({ signal: stop.signal }), client.me({ signal: AbortSignal.abort(new Error('Stopped')) })];
    const results = Promise.allSettled(calls);
    await expect.poll(api.operations).toContain(REFRESH);
    stop.abort(new Error('Stopped'));
    await results;
    refused.resolve(problem(401, 'invalid_token'));
    await expect(client.me()).rejects.toMatchObject({ code: 'invalid_token' });
    await setImmediate();
    expect(unhandled).toEqual([]);
  });
});

describe('a sign-in that its signal stops', () => {
  it('saves no tokens', async () => {
    const stop = new AbortController();
    const stopped = () => {
      stop.abort(new Error('The page was left'));
      return grant(1);
    };
    const api = scriptedApi({ [SIGN_IN]: [stopped] });
    const tokens = memoryTokenStore();
    const signedIn = createPlantClient({ ...api.options, tokens }).signIn(credentials, { signal: stop.signal });
    await expect(signedIn).rejects.toThrow('The page was left');
    expect(tokens.load()).toBeUndefined();
  });
});

describe('a sign-out that its signal stops', () => {
  it('has cleared the tokens', async () => {
    const api = scriptedApi({ [SIGN_IN]: [() => grant(1)] });
    const tokens = memoryTokenStore();
    const client = createPlantClient({ ...api.options, tokens });
    await client.signIn(credentials);
    const signedOut = client.signOut({ signal: AbortSignal.abort(new Error('The page was left')) });
    await expect(signedOut).rejects.toThrow('The page was left');
    expect(tokens.load()).toBeUndefined();
  });
});
