import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import { createPlantClient } from './client.ts';
import { ConnectionLost } from './client-error.ts';
import { lostConnection, problem, scriptedApi } from './testing/scripted-api.ts';

const IDENTIFY = 'POST /plant-identification/identify';
const ME = 'GET /auth/me';
const HISTORY = 'GET /plant-identification/identifications';
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

describe('health', () => {
  it('returns the state of degraded services, without retries', async () => {
    const api = scriptedApi({
      'GET /plant-identification/identify/health': [() => Response.json({ status: 'degraded' }, { status: 503 })],
    });
    expect(await createPlantClient(api.options).health()).toEqual({ status: 'degraded' });
    expect(api.waits).toEqual([]);
  });
});
