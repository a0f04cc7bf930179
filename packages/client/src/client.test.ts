import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { createPlantClient } from './client.ts';
import { ConnectionLost } from './client-error.ts';
import type { RetryRules } from './retry.ts';
import type { Environment } from './send.ts';
import { grant, lostConnection, problem, scriptedApi } from './testing/scripted-api.ts';

const IDENTIFY = 'POST /plant-identification/identify';
const ME = 'GET /auth/me';
const HISTORY = 'GET /plant-identification/identifications';
const credentials = { email: 'anna@example.org', password: 'correct horse battery' };
/** Answers of the API to a sign-in and to the refreshes after it. */
const tokens = {
  'POST /auth/token': [() => grant(1)],
  'POST /auth/token/refresh': [() => grant(2), () => grant(3)],
};
const identified = () => Response.json({ success: true, plant_name: 'Swiss cheese plant' });
const leaf = new Blob(['a leaf'], { type: 'image/jpeg' });
const flower = new Blob(['a flower'], { type: 'image/png' });

describe('identify', () => {
  it('sends photos, their organs and what else is known as the form that the API reads', async () => {
    const api = scriptedApi({ [IDENTIFY]: [identified] });
    const client = createPlantClient({ ...api.options, apiKey: 'plk_key' });
    await client.identify({
      photos: [{ photo: leaf, organ: 'leaf' }, flower],
      diseases: false,
      location: { latitude: 5e-5, longitude: -0.25 },
      language: 'pt-BR',
      project: 'weurope',
    });
    const form = await api.received[0]?.form();
    const photos = (form?.getAll('image') ?? []) as File[];
    expect(await Promise.all(photos.map((photo) => photo.text()))).toEqual(['a leaf', 'a flower']);
    expect(photos.map(({ type }) => type)).toEqual(['image/jpeg', 'image/png']);
    form?.delete('image');
    expect([...(form ?? [])]).toEqual([
      ['organs', 'leaf'],
      ['organs', 'auto'],
      ['include_diseases', 'false'],
      ['latitude', '0.00005'],
      ['longitude', '-0.25'],
      ['language', 'pt-BR'],
      ['project', 'weurope'],
    ]);
    expect(api.tokens()).toEqual(['Bearer plk_key']);
  });

  it('sends no organs when no photo has one', async () => {
    const api = scriptedApi({ [IDENTIFY]: [identified] });
    await createPlantClient(api.options).identify({ photos: [leaf] });
    expect([...((await api.received[0]?.form()) ?? [])].map(([name]) => name)).toEqual(['image']);
  });

  it('repeats an upload whose answer was lost with the same photo and Idempotency-Key', async () => {
    const brokenAnswer = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.error(new TypeError('terminated')),
        }),
      );
    const api = scriptedApi({ [IDENTIFY]: [lostConnection, brokenAnswer, identified] });
    await createPlantClient(api.options).identify({ photos: [leaf] });
    const keys = api.received.map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
    const forms = await Promise.all(api.received.map(({ form }) => form()));
    expect(await Promise.all(forms.map((form) => (form.get('image') as File).text()))).toEqual(Array(3).fill('a leaf'));
    expect(api.waits).toEqual([500, 1_000]);
  });

  it('gives every call a key of its own, unless the caller names one', async () => {
    const api = scriptedApi({ [IDENTIFY]: [identified] });
    const client = createPlantClient(api.options);
    await client.identify({ photos: [leaf] });
    await client.identify({ photos: [leaf] });
    await client.identify({ photos: [leaf] }, { idempotencyKey: 'kept by the app' });
    const keys = api.received.map(({ headers }) => headers.get('Idempotency-Key'));
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('kept by the app');
  });

  it('sends a form also without a photo, which the API then asks for', async () => {
    const api = scriptedApi({ [IDENTIFY]: [() => problem(400, 'missing_image')] });
    await expect(createPlantClient(api.options).identify({ photos: [] })).rejects.toMatchObject({
      code: 'missing_image',
    });
    expect([...((await api.received[0]?.form()) ?? [])]).toEqual([]);
  });

  it('sends latitude and longitude of what a browser calls coordinates, and nothing else of it', async () => {
    class Coordinates {
      get latitude() {
        return 52.5;
      }
      get longitude() {
        return 13.4;
      }
      readonly accuracy = 10;
    }
    const api = scriptedApi({ [IDENTIFY]: [identified] });
    await createPlantClient(api.options).identify({ photos: [leaf], location: new Coordinates() });
    const form = await api.received[0]?.form();
    expect([form?.get('latitude'), form?.get('longitude'), form?.get('accuracy')]).toEqual(['52.5', '13.4', null]);
  });

  it('rejects with the error of a file that changed after it was chosen, and sends nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'client-'));
    try {
      const file = join(folder, 'leaf.jpg');
      await writeFile(file, 'a leaf');
      const photo = await openAsBlob(file, { type: 'image/jpeg' });
      await writeFile(file, 'another leaf');
      const api = scriptedApi({});
      const identification = createPlantClient(api.options).identify({ photos: [photo] });
      await expect(identification).rejects.toMatchObject({ name: 'NotReadableError' });
      expect(api.received).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('repeats the photo that was chosen, also when its file has changed since', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'client-'));
    try {
      const file = join(folder, 'leaf.jpg');
      await writeFile(file, 'a leaf');
      const replaced = async () => {
        await writeFile(file, 'another leaf');
        return lostConnection();
      };
      const api = scriptedApi({ [IDENTIFY]: [replaced, identified] });
      await createPlantClient(api.options).identify({ photos: [await openAsBlob(file, { type: 'image/jpeg' })] });
      const forms = await Promise.all(api.received.map(({ form }) => form()));
      const sent = await Promise.all(forms.map((form) => (form.get('image') as File).text()));
      expect(sent).toEqual(['a leaf', 'a leaf']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('hands the whole form to a fetch of the caller, and reports its end', async () => {
    const api = scriptedApi({ [IDENTIFY]: [lostConnection, identified] });
    const bodies: unknown[] = [];
    const environment: Environment = {
      ...api.options.environment,
      fetch: (input, init) => {
        bodies.push(init?.body);
        return api.options.environment.fetch(input, init);
      },
    };
    const reported: number[][] = [];
    const onUpload = (sent: number, total: number) => reported.push([sent, total]);
    await createPlantClient({ ...api.options, environment }).identify({ photos: [leaf] }, { onUpload });
    expect(bodies).toEqual([expect.any(Blob), expect.any(Blob)]);
    const { size } = bodies[1] as Blob;
    expect(reported).toEqual([[size, size]]);
  });

  it('rejects with the error of onUpload, without another attempt', async () => {
    const api = scriptedApi({ [IDENTIFY]: [identified] });
    const onUpload = () => {
      throw new RangeError('The bar has no width');
    };
    const identification = createPlantClient(api.options).identify({ photos: [leaf] }, { onUpload });
    await expect(identification).rejects.toThrow('The bar has no width');
    expect(api.received).toHaveLength(1);
  });

  it('asks for an attempt that never ends a minute long, once a second at most', async () => {
    const running = () => problem(409, 'idempotency_running', { 'Retry-After': '0' });
    const api = scriptedApi({ [IDENTIFY]: [running] });
    const identification = createPlantClient(api.options).identify({ photos: [leaf] });
    await expect(identification).rejects.toMatchObject({ code: 'idempotency_running' });
    expect(api.waits).toEqual(Array(60).fill(1_000));
  });

  it('waits for an earlier attempt that the service still works on', async () => {
    const running = () => problem(409, 'idempotency_running', { 'Retry-After': '5' });
    const api = scriptedApi({ [IDENTIFY]: [lostConnection, running, running, running, running, identified] });
    await createPlantClient(api.options).identify({ photos: [leaf] });
    expect(api.waits).toEqual([500, 5_000, 5_000, 5_000, 5_000]);
  });
});

describe('a call', () => {
  it('is repeated after 503, when Retry-After says so', async () => {
    const api = scriptedApi({
      [ME]: [() => problem(503, 'busy', { 'Retry-After': '2' }), () => Response.json({ id: 'anna' })],
    });
    expect(await createPlantClient(api.options).me()).toMatchObject({ id: 'anna' });
    expect(api.waits).toEqual([2_000]);
  });

  it('rejects at once when Retry-After is longer than it may wait', async () => {
    const api = scriptedApi({ [IDENTIFY]: [() => problem(429, 'rate_limited', { 'Retry-After': '1312' })] });
    const error: unknown = await createPlantClient(api.options)
      .identify({ photos: [leaf] })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limited',
      message: 'detail of rate_limited',
      requestId: 'request',
      retryAfterMs: 1_312_000,
      errors: [],
    });
    expect(api.waits).toEqual([]);
  });

  it('that could do its work twice is not repeated after a lost connection', async () => {
    const api = scriptedApi({ 'POST /auth/register': [lostConnection] });
    const registered = createPlantClient(api.options).register({ email: 'anna@example.org', password: 'long enough' });
    await expect(registered).rejects.toBeInstanceOf(ConnectionLost);
    expect(api.received).toHaveLength(1);
  });

  it('makes an error of an answer that no part of the API wrote', async () => {
    const api = scriptedApi({ [ME]: [() => new Response('<h1>Bad gateway</h1>', { status: 502 })] });
    await expect(createPlantClient(api.options).me()).rejects.toMatchObject({
      name: 'ApiError',
      status: 502,
      code: 'unknown',
      message: 'The API answered 502',
    });
    expect(api.received).toHaveLength(3);
  });

  it('waits a minute in all, also when its token is replaced meanwhile', async () => {
    const busy = () => problem(503, 'busy', { 'Retry-After': '40' });
    const refused = () => problem(401, 'invalid_token');
    const api = scriptedApi({ ...tokens, [ME]: [busy, refused, busy] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    await expect(client.me()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 40_000 });
    expect(api.waits).toEqual([40_000]);
  });

  it('replaces the token that was refused, when it was renewed between two attempts', async () => {
    const busy = () => problem(503, 'busy', { 'Retry-After': '2' });
    const refused = () => problem(401, 'invalid_token');
    const api = scriptedApi({ ...tokens, [ME]: [busy, refused, () => Response.json({ id: 'anna' })] });
    const client = createPlantClient(api.options);
    await client.signIn(credentials);
    api.advance(3_569_000);
    await client.me();
    expect(api.tokens().filter(Boolean)).toEqual(['Bearer access 1', 'Bearer access 2', 'Bearer access 3']);
  });

  it('takes the defaults for options that are undefined', async () => {
    const api = scriptedApi({ [ME]: [lostConnection] });
    // As JavaScript passes them, which no compiler checks.
    const retry = { attempts: undefined, maxWaitMs: undefined } as object as Partial<RetryRules>;
    await expect(createPlantClient({ ...api.options, retry }).me()).rejects.toBeInstanceOf(ConnectionLost);
    expect(api.waits).toEqual([500, 1_000]);
  });

  it('rejects with the reason of its signal while it waits', async () => {
    const stop = new AbortController();
    const busy = () => {
      stop.abort(new Error('The page was left'));
      return problem(503, 'busy', { 'Retry-After': '2' });
    };
    const api = scriptedApi({ [ME]: [busy] });
    await expect(createPlantClient(api.options).me({ signal: stop.signal })).rejects.toThrow('The page was left');
    expect(api.received).toHaveLength(1);
  });
});

describe('history', () => {
  it('iterates over all pages', async () => {
    const page = (ids: string[], next_cursor?: string) => () =>
      Response.json({ items: ids.map((id) => ({ id })), ...(next_cursor && { next_cursor }) });
    const api = scriptedApi({ [HISTORY]: [page(['c', 'b'], 'after b'), page(['a'])] });
    const ids: string[] = [];
    for await (const { id } of createPlantClient(api.options).history()) ids.push(id);
    expect(ids).toEqual(['c', 'b', 'a']);
    expect(api.received).toHaveLength(2);
  });
});

describe('history, narrowed', () => {
  it('sends its filters with every page', async () => {
    const api = scriptedApi({
      [HISTORY]: [() => Response.json({ items: [{ id: 'b' }], next_cursor: 'b' }), () => Response.json({ items: [] })],
    });
    const filter = { names: 'monstera', isPlant: false, minConfidence: 0.5 };
    for await (const { id } of createPlantClient(api.options).history(filter)) expect(id).toBe('b');
    const query = 'limit=100&q=monstera&is_plant=false&min_confidence=0.5';
    expect(api.received.map(({ search }) => search)).toEqual([`?${query}`, `?${query}&cursor=b`]);
  });
});

describe('a deletion', () => {
  it('is undone for one identification, and for all', async () => {
    const api = scriptedApi({});
    const client = createPlantClient(api.options);
    await client.restoreIdentification('01JD').catch(() => undefined);
    await client.restoreAllIdentifications().catch(() => undefined);
    expect(api.operations()).toEqual([
      'POST /plant-identification/identifications/01JD/restore',
      'POST /plant-identification/identifications/restore',
    ]);
  });
});

describe('history, stopped', () => {
  it('ends at once, also in the middle of a page', async () => {
    const api = scriptedApi({ [HISTORY]: [() => Response.json({ items: [{ id: 'b' }, { id: 'a' }] })] });
    const stop = new AbortController();
    const ids: string[] = [];
    const read = async () => {
      for await (const { id } of createPlantClient(api.options).history({ signal: stop.signal })) {
        ids.push(id);
        stop.abort(new Error('The page was left'));
      }
    };
    await expect(read()).rejects.toThrow('The page was left');
    expect(ids).toEqual(['b']);
  });
});

describe('feedback', () => {
  it('is sent as JSON, and returned as it is stored', async () => {
    const stored = { rating: 'it_is', name: 'Dracaena', created_at: '2026-03-01T12:00:00.000Z' };
    const path = 'POST /plant-identification/identifications/a/feedback';
    const api = scriptedApi({ [path]: [() => Response.json(stored, { status: 201 })] });
    const given = createPlantClient(api.options).giveFeedback('a', { rating: 'it_is', name: 'Dracaena' });
    expect(await given).toEqual(stored);
    expect(await api.received[0]?.json()).toEqual({ rating: 'it_is', name: 'Dracaena' });
  });
});

describe('an id', () => {
  it.each(['', '.', '..', undefined])('that a URL would lose is refused: %j', async (id) => {
    // Without its id, the deletion of an identification is that of all.
    const api = scriptedApi({});
    const client = createPlantClient(api.options);
    const path = { id: id as string };
    const calls = [
      client.deleteIdentification(path.id),
      client.restoreIdentification(path.id),
      client.identification(path.id),
      client.giveFeedback(path.id, { rating: 'right' }),
      client.photo(path.id, 1),
      client.api.DELETE('/plant-identification/identifications/{id}', { params: { path } }),
    ];
    const errors = await Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
    expect(errors).toEqual(Array(calls.length).fill(expect.objectContaining({ code: 'invalid_path' })));
    expect(api.received).toEqual([]);
  });

  it('is sent as it is, with every character', async () => {
    const api = scriptedApi({});
    await createPlantClient(api.options)
      .deleteIdentification('../a?b')
      .catch(() => undefined);
    expect(api.operations()).toEqual(['DELETE /plant-identification/identifications/..%2Fa%3Fb']);
  });
});

describe('a client with an API key', () => {
  it('signs no person in, as whom it would not call', async () => {
    const api = scriptedApi(tokens);
    const signedIn = createPlantClient({ ...api.options, apiKey: 'plk_key' }).signIn(credentials);
    await expect(signedIn).rejects.toMatchObject({ code: 'api_key_used' });
    expect(api.received).toEqual([]);
  });
});

describe('health', () => {
  it('returns the state of degraded services, without retries', async () => {
    const degraded = { status: 'degraded', services: { redis: { available: false } } };
    const api = scriptedApi({
      'GET /plant-identification/identify/health': [() => Response.json(degraded, { status: 503 })],
    });
    expect(await createPlantClient(api.options).health()).toEqual(degraded);
    expect(api.waits).toEqual([]);
  });
});

describe('an export of the history', () => {
  const EXPORT = 'GET /plant-identification/identifications/export.zip';
  const zipOf = (body: ReadableStream<Uint8Array>) =>
    new Response(body, { headers: { 'Content-Type': 'application/zip' } });

  /** A body without an end, which counts its parts. */
  function endless() {
    const seen = { parts: 0, isCancelled: false };
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          seen.parts += 1;
          controller.enqueue(new Uint8Array([seen.parts]));
        },
        cancel() {
          seen.isCancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { body, seen };
  }

  it('arrives as it is read, and ends when its reader leaves', async () => {
    const { body, seen } = endless();
    const api = scriptedApi({ [EXPORT]: [() => zipOf(body)] });
    const exported = await createPlantClient({ ...api.options, apiKey: 'plk_key' }).exportHistory('zip');
    expect(seen.parts).toBe(0);
    const reader = exported.getReader();
    expect([(await reader.read()).value, (await reader.read()).value]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(seen).toEqual({ parts: 2, isCancelled: false });
    await reader.cancel();
    expect(seen).toEqual({ parts: 2, isCancelled: true });
    expect(api.tokens()).toEqual(['Bearer plk_key']);
  });

  it('is asked for again until it begins', async () => {
    const limited = () => problem(429, 'rate_limited', { 'Retry-After': '30' });
    const page = () => new Response('<h1>Welcome</h1>', { headers: { 'Content-Type': 'text/html' } });
    for (const failed of [limited, lostConnection, page]) {
      const api = scriptedApi({ [EXPORT]: [failed, () => zipOf(new Blob(['zip']).stream())] });
      const exported = await createPlantClient(api.options).exportHistory('zip');
      expect(await new Response(exported).text()).toBe('zip');
      expect(api.waits).toEqual([failed === limited ? 30_000 : 500]);
    }
  });

  it('errors with ConnectionLost when it breaks off, and is not asked for again', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new TypeError('terminated'));
      },
    });
    const api = scriptedApi({ [EXPORT]: [() => zipOf(body)] });
    const exported = await createPlantClient(api.options).exportHistory('zip');
    await expect(new Response(exported).text()).rejects.toBeInstanceOf(ConnectionLost);
    expect(api.received).toHaveLength(1);
  });

  it('errors with the reason of its signal when its caller ends it', async () => {
    const stop = new AbortController();
    const left = new Error('The page was left');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Uint8Array.of(1));
        stop.signal.addEventListener('abort', () => controller.error(left));
      },
    });
    const api = scriptedApi({ [EXPORT]: [() => zipOf(body)] });
    const exported = await createPlantClient(api.options).exportHistory('zip', { signal: stop.signal });
    const reader = exported.getReader();
    await reader.read();
    const next = reader.read();
    stop.abort(left);
    await expect(next).rejects.toBe(left);
  });

  it('rejects with the error that the API answers', async () => {
    const api = scriptedApi({ [EXPORT]: [() => problem(403, 'insufficient_scope')] });
    await expect(createPlantClient(api.options).exportHistory('zip')).rejects.toMatchObject({
      name: 'ApiError',
      code: 'insufficient_scope',
    });
  });

  it('without photos is a JSON document', async () => {
    const api = scriptedApi({
      'GET /plant-identification/identifications/export.json': [() => Response.json({ identifications: [] })],
    });
    const exported = await createPlantClient(api.options).exportHistory('json');
    expect(await new Response(exported).json()).toEqual({ identifications: [] });
  });
});
