import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, test } from 'vitest';
import type { UsageReport } from '../../quotas/types.ts';
import type { IdentifyOptions } from '../../types.ts';
import type { ProviderClient } from '../definition.ts';
import { plantNetBody, plantNetResult } from '../testing/bodies.ts';
import { errorOf, request, unhurried } from '../testing/request.ts';
import { answer, type SeenRequest, startStub } from '../testing/stub-service.ts';
import { plantNet } from './index.ts';

const NOW = Date.UTC(2026, 6, 1, 18, 0, 0);

function clientFor(baseUrl: string): ProviderClient {
  return plantNet.createClient({ apiKey: 'a-key', baseUrl, timeoutMs: 5000, clock: new FakeClock(NOW) });
}

async function sent(options: Partial<IdentifyOptions>): Promise<SeenRequest> {
  await using stub = await startStub(answer(200, plantNetBody()));
  await clientFor(`${stub.url}/v2`).identify(request(options), unhurried());
  expect(stub.requests).toHaveLength(1);
  const [first] = stub.requests;
  if (!first) throw new Error('nothing was sent');
  return first;
}

async function formOf({ body, headers }: SeenRequest): Promise<FormData> {
  return await new Response(new Uint8Array(body), {
    headers: { 'Content-Type': headers.get('content-type') ?? '' },
  }).formData();
}

describe('an identify request', () => {
  test('is one multipart POST with the photos as JPEG parts', async () => {
    const post = await sent({ language: 'fr', project: 'k-middle-europe' });
    expect(`${post.method} ${post.url.pathname}`).toBe('POST /v2/identify/k-middle-europe');
    expect(Object.fromEntries(post.url.searchParams)).toEqual({
      'api-key': 'a-key',
      'include-related-images': 'true',
      'nb-results': '10',
      lang: 'fr',
    });
    const form = await formOf(post);
    const files = form.getAll('images').filter((value) => typeof value !== 'string');
    expect(files.map(({ type, name }) => ({ type, name }))).toEqual([
      { type: 'image/jpeg', name: 'photo-1.jpg' },
      { type: 'image/jpeg', name: 'photo-2.jpg' },
    ]);
    const bytes = await Promise.all(files.map(async (file) => Buffer.from(await file.arrayBuffer())));
    expect(bytes).toEqual(request().photos);
    expect([...form.keys()]).toEqual(['images', 'images']);
  });

  test('asks for the flora all in the default language unless given', async () => {
    const { url } = await sent({});
    expect(url.pathname).toBe('/v2/identify/all');
    expect(url.searchParams.has('lang')).toBe(false);
  });

  test.each([
    { name: 'repeats plain names', organs: ['flower', 'auto'], expected: ['flower', 'auto'] },
    { name: 'lets a habit stand beside an organ', organs: ['leaf', 'habit'], expected: ['leaf', 'habit'] },
    { name: 'leaves out what the service takes only beside an organ', organs: ['habit', 'other'], expected: [] },
  ] as const)('$name', async ({ organs, expected }) => {
    expect((await formOf(await sent({ organs }))).getAll('organs')).toEqual(expected);
  });

  test('stays on its route for any project', async () => {
    const { url } = await sent({ project: '../quota/daily?x=' });
    expect(url.pathname).toBe('/v2/identify/..%2Fquota%2Fdaily%3Fx%3D');
  });
});

describe('an answer', () => {
  test('is returned in our own terms', async () => {
    await using stub = await startStub(answer(200, plantNetBody()));
    expect(await clientFor(stub.url).identify(request(), unhurried())).toEqual({
      provider: 'plantnet',
      isPlant: true,
      candidates: [
        {
          scientificName: 'Bellis perennis',
          commonNames: ['Common daisy'],
          family: 'Asteraceae',
          genus: 'Bellis',
          score: 0.31415,
          gbifId: '3117424',
          images: [{ url: 'https://bs.plantnet.org/m/1', author: 'B. Walker', license: 'cc-by-sa' }],
        },
      ],
    });
  });

  test.each([
    ['without a best match', { bestMatch: undefined, remainingIdentificationRequests: undefined }],
    ['with unknown fields', { switchToProject: 'weeds', predictedOrgans: [{ organ: 'habit' }], otherResults: {} }],
    ['with gbif null', { results: [plantNetResult({ gbif: null, images: null })] }],
    ['without gbif and images', { results: [plantNetResult({ gbif: undefined, images: undefined })] }],
  ])('is read %s', async (_, fields) => {
    await using stub = await startStub(answer(200, plantNetBody(fields)));
    const { candidates } = await clientFor(stub.url).identify(request(), unhurried());
    expect(candidates[0]).toMatchObject({ scientificName: 'Bellis perennis', score: 0.31415 });
  });

  test('is read for a section without genus and common name', async () => {
    const species = { scientificNameWithoutAuthor: 'Rubus sect. Rubus', commonNames: [], genus: null };
    await using stub = await startStub(answer(200, plantNetBody({ results: [plantNetResult({ species })] })));
    expect((await clientFor(stub.url).identify(request(), unhurried())).candidates[0]).toMatchObject({
      scientificName: 'Rubus sect. Rubus',
      genus: 'Rubus',
      commonNames: [],
    });
  });

  test('without results is still a plant', async () => {
    await using stub = await startStub(answer(200, plantNetBody({ results: [] })));
    expect(await clientFor(stub.url).identify(request(), unhurried())).toMatchObject({ isPlant: true, candidates: [] });
  });

  test.each([
    ['"Species not found"', { statusCode: 404, error: 'Not Found', message: 'Species not found' }],
    ['it in another case', { message: ' species Not Found ' }],
  ])('of 404 with %s means no plant', async (_, body) => {
    await using stub = await startStub(answer(404, body));
    expect(await clientFor(stub.url).identify(request(), unhurried())).toEqual({
      provider: 'plantnet',
      isPlant: false,
      candidates: [],
    });
  });

  test.each([
    { name: 'text', body: 'OK', code: 'malformed' },
    { name: 'no results', body: { query: {} }, code: 'off_contract' },
    {
      name: 'a species without a name',
      body: plantNetBody({ results: [{ score: 1, species: {} }] }),
      code: 'off_contract',
    },
    {
      name: 'a score in reports',
      body: plantNetBody({ results: [plantNetResult({ score: 'high' })] }),
      code: 'off_contract',
    },
  ])('that is $name is a failure with a typed cause', async ({ body, code }) => {
    await using stub = await startStub(answer(200, body));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      type: 'failed',
      cause: { name: 'ExchangeError', code },
    });
  });
});

describe('an error answer', () => {
  test.each([
    [400, { statusCode: 400, error: 'Bad Request', message: 'organs' }, 'rejected'],
    [401, { statusCode: 401, error: 'Unauthorized', message: 'key' }, 'misconfigured'],
    [402, '', 'quota'],
    [402, { statusCode: 402, error: 'Payment Required', message: 'plan' }, 'quota'],
    [403, 'Forbidden', 'misconfigured'],
    [404, { statusCode: 404, error: 'Not Found', message: 'Unknown project: k-nowhere' }, 'rejected'],
    [404, '<html>Not Found</html>', 'rejected'],
    [404, 'null', 'rejected'],
    [408, '', 'failed'],
    [413, '', 'rejected'],
    [415, { message: 'Unsupported file type for image[0]' }, 'rejected'],
    [425, '', 'failed'],
    [429, { statusCode: 429, message: 'Too Many Requests' }, 'quota'],
    [500, { statusCode: 500, error: 'Internal Server Error' }, 'failed'],
    [504, 'Gateway Timeout', 'failed'],
  ])('with %i and %j is %s', async (status, body, type) => {
    await using stub = await startStub(answer(status, body));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      name: 'ProviderError',
      provider: 'plantnet',
      type,
      status,
    });
    expect(stub.requests).toHaveLength(1);
  });

  test('with 402 has retryAfterMs until midnight, despite a shorter Retry-After', async () => {
    await using stub = await startStub(answer(402, '{}', { 'Retry-After': '1' }));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      type: 'quota',
      retryAfterMs: 6 * 3_600_000,
    });
  });

  test.each([
    ['Thu, 02 Jul 2026 00:00:00 GMT', 6 * 3_600_000],
    ['90', 90_000],
  ])('has retryAfterMs of its Retry-After: %s', async (retryAfter, retryAfterMs) => {
    await using stub = await startStub(answer(429, '{}', { 'Retry-After': retryAfter }));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      type: 'quota',
      retryAfterMs,
    });
  });
});

describe('the usage report', () => {
  test.each([
    ['an answer', 200],
    ['a refusal', 429],
    ['an error', 400],
  ])('also comes with %s', async (_, status) => {
    const headers = { 'RateLimit-Policy': '"dailyQuota";q=500;w=86400', RateLimit: '"dailyQuota";r=420;t=21600' };
    await using stub = await startStub(answer(status, plantNetBody(), headers));
    const reports: UsageReport[] = [];
    const usage = { markUnbilled: () => undefined, reportUsage: (report: UsageReport) => void reports.push(report) };
    await clientFor(stub.url)
      .identify(request(), unhurried(), undefined, usage)
      .catch(() => undefined);
    expect(reports).toEqual([{ windows: { day: { limit: 500, used: 80 } }, exhausted: false }]);
  });

  const daily = (identify: object, day = '2026-07-01') => ({ day, quota: { identify } });

  test.each([
    {
      name: 'what is counted and left',
      identify: { count: 1, total: 500, remaining: 499 },
      day: { limit: 500, used: 1 },
    },
    { name: 'no total', identify: { count: 1, remaining: 499 }, day: { limit: 500, used: 1 } },
    { name: 'nothing left', identify: { count: 480, total: 500, remaining: 0 }, day: { limit: 500, used: 500 } },
    { name: 'no numbers', identify: { remaining: null }, day: { limit: null, used: undefined } },
  ])('comes from a free route: $name', async ({ identify, day }) => {
    await using stub = await startStub(answer(200, daily(identify)));
    expect(await clientFor(`${stub.url}/v2/`).usage(unhurried())).toEqual({ windows: { day }, exhausted: false });
    expect(stub.requests.map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).toEqual([
      'GET /v2/quota/daily?api-key=a-key',
    ]);
  });

  test('is empty on another day than ours', async () => {
    await using stub = await startStub(answer(200, daily({ count: 500, total: 500, remaining: 0 }, '2026-06-30')));
    expect(await clientFor(stub.url).usage(unhurried())).toEqual({ windows: {}, exhausted: false });
  });

  test.each([
    [401, 'misconfigured'],
    [403, 'misconfigured'],
    [404, 'rejected'],
    [500, 'failed'],
  ])('with status %i fails as %s', async (status, type) => {
    await using stub = await startStub(answer(status, { message: '' }));
    expect(await errorOf(clientFor(stub.url).usage(unhurried()))).toMatchObject({ type });
  });
});

describe('the rejected part of a request', () => {
  test.each([
    [400, { message: 'The number of organs must equal that of images' }, 'organs'],
    [400, { message: '"nb-results" must be a number' }, 'request'],
    [404, { message: 'Unknown project: k-nowhere' }, 'project'],
    [404, { message: 'Route POST:/v2/identify not found' }, undefined],
    [404, '<html>Not Found</html>', undefined],
    [405, '', undefined],
    [413, '', 'image'],
    [415, { message: 'Unsupported file type for image[0]' }, 'image'],
    [422, 'null', 'request'],
    [500, { message: 'project' }, undefined],
  ])('with %i and %j is %s', async (status, body, rejected) => {
    await using stub = await startStub(answer(status, body));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({ rejected });
  });

  test('is known without a call for a project that the service does not list', async () => {
    await using stub = await startStub(
      answer(200, [{ id: 'k-middle-europe', title: 'Middle Europe' }, { id: 'weeds' }]),
    );
    const client = clientFor(`${stub.url}/v2`);
    const rejected = async (options: Partial<IdentifyOptions>) =>
      await client.rejects?.({ includeDiseases: true, organs: [], ...options }, unhurried());
    expect(await rejected({})).toBeUndefined();
    expect(stub.requests).toEqual([]);
    expect(await rejected({ project: 'k-nowhere' })).toBe('project');
    expect(await rejected({ project: 'weeds' })).toBeUndefined();
    expect(stub.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(['GET /v2/projects']);
  });

  test.each([
    ['refuses to list', answer(403, '')],
    ['lists something else', answer(200, { projects: [] })],
  ])('is unknown without a call when the service %s', async (_, act) => {
    await using stub = await startStub(act);
    const asked = { includeDiseases: true, organs: [], project: 'k-nowhere' };
    expect(await clientFor(stub.url).rejects?.(asked, unhurried())).toBeUndefined();
  });
});
