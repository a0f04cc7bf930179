import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../simulator.ts';
import { picture, plain } from '../testing/pictures.ts';

const NOON = Date.UTC(2026, 6, 1, 12);

let simulator: Simulator;
let now: number;
let jpeg: Blob;
let png: Blob;
beforeAll(async () => {
  simulator = await createSimulator({ now: () => now });
  jpeg = blob(await picture().jpeg().toBuffer());
  png = blob(await picture().png().toBuffer());
});
beforeEach(() => {
  now = NOON;
});
afterAll(() => simulator.close());

function blob(bytes: Buffer): Blob {
  return new Blob([new Uint8Array(bytes)]);
}

function form(images: readonly Blob[], organs: readonly string[] = [], extra: Record<string, string> = {}): FormData {
  const data = new FormData();
  for (const image of images) data.append('images', image, 'photo');
  for (const organ of organs) data.append('organs', organ);
  for (const [name, value] of Object.entries(extra)) data.append(name, value);
  return data;
}

async function identify(body: FormData | string, path = '/identify/all?api-key=some-key'): Promise<Response> {
  return await fetch(simulator.plantNetBaseUrl + path, { method: 'POST', body });
}

describe('an identification', () => {
  test('returns species with 200, and the remaining identifications of the day', async () => {
    now = Date.UTC(2026, 0, 1, 23, 59, 0);
    const response = await identify(
      form([jpeg, png], ['leaf', 'habit']),
      '/identify/all?api-key=k&nb-results=3&lang=de',
    );
    expect(response.status).toBe(200);
    const body: unknown = await response.json();
    expect(body).toMatchObject({
      query: { project: 'all', organs: ['leaf', 'habit'], includeRelatedImages: false },
      language: 'de',
      results: [{ species: { genus: {}, family: {} } }, {}, {}],
      remainingIdentificationRequests: 499,
    });
    expect(response.headers.get('ratelimit-policy')).toBe('"dailyQuota";q=500;w=86400;pk=:c2ltdWxhdG9y:');
    expect(response.headers.get('ratelimit')).toBe('"dailyQuota";r=499;t=60;pk=:c2ltdWxhdG9y:');
  });

  test.each([
    ['grey', picture().grayscale()],
    ['of a single colour', plain('#3a7')],
  ])('of a picture that is %s finds no species', async (_, image) => {
    const response = await identify(form([blob(await image.jpeg().toBuffer())]));
    expect([response.status, await response.json()]).toEqual([
      404,
      { statusCode: 404, error: 'Not Found', message: 'Species not found' },
    ]);
  });

  test('of a picture without a plant returns species with no-reject', async () => {
    const grey = blob(await picture().grayscale().jpeg().toBuffer());
    expect((await identify(form([grey]), '/identify/all?api-key=k&no-reject=true')).status).toBe(200);
  });
});

describe('a refused request', () => {
  test.each([
    { name: 'no key', path: '/identify/all', status: 401 },
    { name: 'an unknown key', path: '/identify/all?api-key=bad-key', status: 401 },
    { name: 'an unknown project', path: '/identify/k-central-europe?api-key=k', status: 404 },
    { name: 'an unknown parameter', path: '/identify/all?api-key=k&nonsense=1', status: 400 },
    { name: 'no results wanted', path: '/identify/all?api-key=k&nb-results=0', status: 400 },
    { name: 'an unknown route', path: '/nowhere?api-key=k', status: 404 },
  ])('with $name answers JSON with its status', async ({ path, status }) => {
    const response = await identify(form([jpeg]), path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ statusCode: status });
  });

  test('names an unknown project', async () => {
    const response = await identify(form([jpeg]), '/identify/k-central-europe?api-key=k');
    expect(await response.json()).toMatchObject({ message: 'Unknown project: k-central-europe' });
  });

  test.each<[string, () => FormData, number]>([
    ['no image', () => form([]), 400],
    ['six images', () => form(Array.from({ length: 6 }, () => jpeg)), 400],
    ['fewer organs than images', () => form([jpeg, png], ['leaf']), 400],
    ['an unknown organ', () => form([jpeg], ['root']), 400],
    ['only the organ habit', () => form([jpeg], ['habit']), 400],
    ['organs in brackets', () => form([jpeg], [], { 'organs[0]': 'leaf' }), 400],
    ['a text file', () => form([new Blob(['hello'])]), 415],
    ['half a photo', () => form([jpeg.slice(0, 2000)]), 400],
  ])('with %s has its status', async (_, body, status) => {
    expect((await identify(body())).status).toBe(status);
  });

  test('with a WebP image answers 415', async () => {
    const response = await identify(form([blob(await picture().webp().toBuffer())]));
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('Unsupported file type for image') as string,
    });
  });

  test('with a body that is not a form answers 415', async () => {
    expect((await identify('{}')).status).toBe(415);
  });

  test('of more than 50 MB answers 413', async () => {
    expect((await identify(form([new Blob([Buffer.alloc(52_428_801)])]))).status).toBe(413);
  });
});

describe('the daily quota', () => {
  const daily = async (): Promise<unknown> =>
    (await fetch(`${simulator.plantNetBaseUrl}/quota/daily?api-key=k`)).json();

  test('counts refused identifications, and is renewed at midnight UTC', async () => {
    now = Date.UTC(2026, 1, 1, 12);
    await identify(form([jpeg]));
    await identify(form([]));
    expect(await daily()).toEqual({ day: '2026-02-01', quota: { identify: { count: 2, total: 500, remaining: 498 } } });
    now = Date.UTC(2026, 1, 2);
    expect(await daily()).toEqual({ day: '2026-02-02', quota: { identify: { count: 0, total: 500, remaining: 500 } } });
  });

  test('gives the date of its renewal when it is used up', async () => {
    const small = await createSimulator({ now: () => Date.UTC(2026, 2, 1, 12), plantNetPerDay: 1 });
    const url = `${small.plantNetBaseUrl}/identify/all?api-key=k`;
    expect((await fetch(url, { method: 'POST', body: form([jpeg]) })).status).toBe(200);
    const response = await fetch(url, { method: 'POST', body: form([jpeg]) });
    await small.close();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('Mon, 02 Mar 2026 00:00:00 GMT');
    expect(response.headers.get('ratelimit')).toContain('r=0');
  });
});

test.each([
  ['/_status', { status: 'ok' }],
  ['/languages?api-key=k', ['en']],
  ['/projects?api-key=k', [{ id: 'k-world-flora' }]],
])('%s answers', async (path, expected) => {
  const body: unknown = await (await fetch(simulator.plantNetBaseUrl + path)).json();
  expect(Array.isArray(body) ? body.slice(0, 1) : body).toMatchObject(expected);
});
