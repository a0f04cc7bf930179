import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createSimulator, type Simulator } from '../simulator.ts';
import { picture, plain } from '../testing/pictures.ts';

let simulator: Simulator;
let photo: string;
beforeAll(async () => {
  simulator = await createSimulator({ now: () => Date.UTC(2026, 6, 1, 12) });
  photo = (await picture().jpeg().toBuffer()).toString('base64');
});
afterAll(() => simulator.close());

async function ask(method: string, path: string, body?: unknown, key: string | null = 'some-key'): Promise<Response> {
  return await fetch(simulator.plantIdBaseUrl + path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(key !== null && { 'Api-Key': key }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const created = z.object({
  access_token: z.string(),
  custom_id: z.number().nullable(),
  status: z.string(),
  result: z
    .object({
      is_plant: z.object({ probability: z.number(), binary: z.boolean(), threshold: z.number() }),
      is_healthy: z.object({ binary: z.boolean() }).optional(),
      classification: z
        .object({
          suggestions: z.array(
            z.object({ name: z.string(), probability: z.number(), details: z.record(z.string(), z.unknown()) }),
          ),
        })
        .optional(),
    })
    .optional(),
});

async function create(body: object, query = ''): Promise<z.infer<typeof created>> {
  const response = await ask('POST', `/identification${query}`, { images: [photo], ...body });
  expect(response.status).toBe(201);
  return created.parse(await response.json());
}

describe('an identification', () => {
  test('is created with 201 and can be read again by access token and by custom id', async () => {
    const first = await create({ custom_id: 4711 });
    for (const id of [first.access_token, '4711']) {
      const again = await ask('GET', `/identification/${id}`);
      expect(again.status).toBe(200);
      expect(created.parse(await again.json())).toEqual(first);
    }
  });

  test('cannot be read after it is deleted', async () => {
    const { access_token } = await create({});
    const deleted = await ask('DELETE', `/identification/${access_token}`);
    expect({ status: deleted.status, body: await deleted.json() }).toEqual({ status: 200, body: true });
    const again = await ask('GET', `/identification/${access_token}`);
    expect({ status: again.status, text: await again.text() }).toEqual({
      status: 404,
      text: 'The requested identification does not exist.',
    });
  });

  test('has the requested details, null for unknown ones', async () => {
    const { result } = await create({}, '?details=common_names,watering,toxicity,nonsense&language=en');
    const details = result?.classification?.suggestions[0]?.details;
    expect(Object.keys(details ?? {})).toEqual(['common_names', 'watering', 'toxicity', 'language', 'entity_id']);
    expect(details).toMatchObject({ toxicity: null, language: 'en' });
  });

  test('has objects by language when several languages are requested', async () => {
    const { result } = await create({}, '?details=common_names&language=en,de');
    const names = z.object({ common_names: z.record(z.string(), z.array(z.string())) });
    const details = names.parse(result?.classification?.suggestions[0]?.details);
    expect(Object.keys(details.common_names)).toEqual(['en', 'de']);
  });

  test('has health only when it is requested', async () => {
    expect((await create({})).result).not.toHaveProperty('is_healthy');
    expect((await create({ health: 'all' })).result).toHaveProperty('is_healthy');
    expect((await create({ health: 'only' })).result).not.toHaveProperty('classification');
  });

  test('returns its result later when it is asynchronous', async () => {
    const pending = await create({}, '?async=true');
    expect(pending).toMatchObject({ status: 'CREATED' });
    expect(pending).not.toHaveProperty('result');
    const done = await ask('GET', `/identification/${pending.access_token}`);
    expect(await done.json()).toMatchObject({ status: 'COMPLETED', result: { is_plant: { binary: true } } });
  });

  test('accepts data URIs and multipart forms', async () => {
    const wanted = (await create({})).result;
    expect((await create({ images: [`data:image/jpeg;base64,${photo}`] })).result).toEqual(wanted);
    const form = new FormData();
    form.append('any-name', new Blob([Buffer.from(photo, 'base64')]), 'photo.jpg');
    form.append('latitude', '48.5');
    const headers = { 'Api-Key': 'some-key' };
    const response = await fetch(`${simulator.plantIdBaseUrl}/identification`, { method: 'POST', body: form, headers });
    expect(created.parse(await response.json()).result).toEqual(wanted);
  });

  test.each([
    ['grey', picture().grayscale()],
    ['of a single colour', plain('#3a7')],
  ])('of a picture that is %s is not a plant', async (_, image) => {
    const { result } = await create({ images: [(await image.jpeg().toBuffer()).toString('base64')] });
    expect(result?.is_plant.binary).toBe(false);
    expect(result?.is_plant.probability).toBeLessThan(result?.is_plant.threshold ?? 0);
  });

  test('accepts feedback, and rejects empty feedback', async () => {
    const { access_token } = await create({});
    const empty = await ask('POST', `/identification/${access_token}/feedback`, {});
    expect({ status: empty.status, text: await empty.text() }).toEqual({
      status: 400,
      text: 'Empty feedback provided.',
    });
    expect((await ask('POST', `/identification/${access_token}/feedback`, { rating: 5 })).status).toBe(200);
    const kept = await ask('GET', `/identification/${access_token}`);
    expect(await kept.json()).toMatchObject({ feedback: { rating: 5 } });
  });
});

describe('a request', () => {
  test.each([
    { name: 'no key', key: null, status: 401, text: 'No api key provided.' },
    { name: 'an unknown key', key: 'bad-key', status: 401, text: 'The specified api key not found.' },
    { name: 'an inactive key', key: 'inactive-key', status: 401, text: 'The specified api key is not active.' },
  ])('with $name is refused in plain text', async ({ key, status, text }) => {
    for (const [method, path] of [
      ['POST', '/identification'],
      ['GET', '/usage_info'],
    ] as const) {
      const response = await ask(method, path, undefined, key);
      expect({ status: response.status, text: await response.text() }).toEqual({ status, text });
      expect(response.headers.get('content-type')).toContain('text/plain');
    }
  });

  test.each<[string, unknown, string]>([
    ['no body', undefined, 'Missing json data'],
    ['a broken body', '{"images":', 'Invalid json data'],
    ['a list', [], 'Invalid json data'],
    ['no images', {}, 'Missing image data'],
    ['an empty list', { images: [] }, 'Missing image data'],
    ['an image outside of a list', { images: 'aGk=' }, 'Images have to be list of base64 strings'],
    ['numbers', { images: [1] }, 'Images have to be list of base64 strings'],
    ['invalid base64', { images: ['%%%'] }, 'Invalid base64 image data'],
    ['bytes that are not a picture', { images: ['aGVsbG8='] }, 'Invalid image data'],
    ['a URL', { images: ['https://plant.test/1.jpg'] }, 'Invalid image data'],
  ])('with %s is refused', async (_, body, text) => {
    const response = await ask('POST', '/identification', body);
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 400, text });
  });

  test.each([
    ['2026-07-30T17:52:58Z', 400],
    ['yesterday', 400],
    [1_785_433_978, 400],
    ['2026-07-30T17:52:58', 201],
    ['2026-07-30T17:52:58.123456+00:00', 201],
  ])('with datetime %j answers %i', async (datetime, status) => {
    expect((await ask('POST', '/identification', { images: [photo], datetime })).status).toBe(status);
  });

  test.each<[string, object]>([
    ['latitude', { latitude: 'north' }],
    ['health', { health: 'perhaps' }],
    ['custom_id', { custom_id: 'mine' }],
  ])('with an invalid %s is refused by a message that names the field', async (name, body) => {
    const response = await ask('POST', '/identification', { images: [photo], ...body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`Invalid JSON value error: ${name}`);
  });

  test('with more than 25 megapixels or five images is refused', async () => {
    const huge = (await plain('#3a7', 5100, 5000).png().toBuffer()).toString('base64');
    expect((await ask('POST', '/identification', { images: [huge] })).status).toBe(400);
    expect((await ask('POST', '/identification', { images: Array.from({ length: 6 }, () => photo) })).status).toBe(400);
  });

  test.each([
    ['GET', '/nowhere', 404],
    ['GET', '/identification/unknown', 404],
    ['GET', '/identification', 405],
    ['POST', '/usage_info', 405],
  ])('%s %s answers %i', async (method, path, status) => {
    expect((await ask(method, path)).status).toBe(status);
  });
});

test('usage counts one credit per identification, and two with health', async () => {
  const usage = z.object({ used: z.object({ total: z.number() }), remaining: z.object({ total: z.number() }) });
  const read = async () => usage.parse(await (await ask('GET', '/usage_info')).json());
  const before = await read();
  await create({});
  await create({ health: 'all' });
  const after = await read();
  expect(after.used.total - before.used.total).toBe(3);
  expect(before.remaining.total - after.remaining.total).toBe(3);
});
