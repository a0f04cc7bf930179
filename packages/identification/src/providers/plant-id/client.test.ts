import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, test } from 'vitest';
import { FEEDBACK_RATINGS } from '../../types.ts';
import type { ProviderClient } from '../definition.ts';
import { plantIdBody, plantSuggestion } from '../testing/bodies.ts';
import { errorOf, request, unhurried } from '../testing/request.ts';
import { type Act, answer, type StubService, silence, startStub } from '../testing/stub-service.ts';
import { plantId } from './index.ts';

function clientFor(baseUrl: string): ProviderClient {
  return plantId.createClient({ apiKey: 'a-key', baseUrl, timeoutMs: 5000, clock: new FakeClock() });
}

describe('an identify request', () => {
  test('is one POST for plant and health, with the photos as they are', async () => {
    await using stub = await startStub(answer(201, plantIdBody()));
    const asked = request({ language: 'de', location: { latitude: 48.2, longitude: -16.4 } });
    await clientFor(`${stub.url}/api/v3/`).identify(asked, unhurried());

    expect(stub.requests).toHaveLength(1);
    const [sent] = stub.requests;
    expect(sent?.method).toBe('POST');
    expect(sent?.url.pathname).toBe('/api/v3/identification');
    expect(sent?.headers.get('api-key')).toBe('a-key');
    expect(sent?.headers.get('content-type')).toBe('application/json');
    expect(sent?.url.searchParams.get('language')).toBe('de');
    expect(sent?.url.searchParams.get('details')?.split(',')).toEqual([
      'common_names',
      'taxonomy',
      'gbif_id',
      'image',
      'watering',
      'best_light_condition',
      'best_soil_type',
      'local_name',
      'description',
      'treatment',
    ]);
    expect(JSON.parse(String(sent?.body))).toEqual({
      images: asked.photos.map((photo) => photo.toString('base64')),
      similar_images: true,
      health: 'all',
      latitude: 48.2,
      longitude: -16.4,
    });
  });

  test('omits options that were not given', async () => {
    await using stub = await startStub(answer(201, plantIdBody()));
    await clientFor(stub.url).identify(request({ includeDiseases: false }), unhurried());
    const [sent] = stub.requests;
    expect(Object.keys(JSON.parse(String(sent?.body)) as object)).toEqual(['images', 'similar_images']);
    expect(sent?.url.searchParams.has('language')).toBe(false);
    expect(sent?.url.searchParams.get('details')).not.toContain('treatment');
  });
});

test('the client has the origin of its base URL, for the cache key', () => {
  expect(clientFor('https://plant.test:8443/api/v3')).toMatchObject({
    name: 'plant_id',
    origin: 'https://plant.test:8443',
  });
});

describe('a call with a recall id', () => {
  const now = new FakeClock().now();
  const sent = { customId: 2_147_483_647, sentAt: now };
  const created = now / 1000 + 2;
  const gone = answer(404, 'The requested identification does not exist.');
  const steps = (stub: StubService) => stub.requests.map(({ method, url }) => `${method} ${url.pathname}`);

  test('that was never sent is one POST with the id', async () => {
    await using stub = await startStub(answer(201, plantIdBody()));
    await clientFor(stub.url).identify(request(), unhurried(), { customId: 4711 });
    expect(steps(stub)).toEqual(['POST /identification']);
    expect(JSON.parse(String(stub.requests[0]?.body))).toMatchObject({ custom_id: 4711 });
  });

  test('that was sent before recalls the answer with the same details, unbilled', async () => {
    await using stub = await startStub(answer(200, { ...plantIdBody(), created }));
    const asked = request({ language: 'de' });
    const recalled = await clientFor(`${stub.url}/api/v3`).identify(asked, unhurried(), sent);
    expect(recalled).toMatchObject({ isPlant: true, candidates: [{ scientificName: 'Bellis perennis' }], health: {} });
    expect(steps(stub)).toEqual(['GET /api/v3/identification/2147483647']);
    const [{ headers, url } = { headers: new Headers(), url: new URL(stub.url) }] = stub.requests;
    expect({ apiKey: headers.get('api-key'), language: url.searchParams.get('language') }).toEqual({
      apiKey: 'a-key',
      language: 'de',
    });
    expect(url.searchParams.get('details')).toMatch(/^common_names,.*,treatment$/);
  });

  test.each([
    ['does not exist', gone],
    ['has failed', answer(200, { ...plantIdBody(), created, result: undefined, status: 'FAILED' })],
    ['was made of another photo, long ago', answer(200, { ...plantIdBody(), created: created - 90_000 })],
  ])('that was sent before is bought when its answer %s', async (_, act) => {
    await using stub = await startStub(act, answer(201, plantIdBody()));
    await clientFor(stub.url).identify(request(), unhurried(), sent);
    expect(steps(stub)).toEqual(['GET /identification/2147483647', 'POST /identification']);
    expect(JSON.parse(String(stub.requests[1]?.body))).toMatchObject({ custom_id: 2_147_483_647 });
  });

  test.each([
    { name: 'the service is down', act: answer(503, ''), type: 'failed' },
    { name: 'its answer is garbled', act: answer(200, '<html>'), type: 'failed' },
    {
      name: 'its answer is not there yet',
      act: answer(200, { ...plantIdBody(), result: undefined, status: 'CREATED' }),
      type: 'failed',
    },
    { name: 'the key is rejected', act: answer(401, ''), type: 'misconfigured' },
    { name: 'the request is refused', act: answer(400, ''), type: 'rejected' },
  ])('that was sent before is not bought when $name', async ({ act, type }) => {
    await using stub = await startStub(act);
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried(), sent))).toMatchObject({ type });
    expect(steps(stub)).toEqual(['GET /identification/2147483647']);
  });

  test.each<{ name: string; acts: Act[]; unbilledCalls: number }>([
    {
      name: 'takes nothing when it was paid before',
      acts: [answer(200, { ...plantIdBody(), created: now / 1_000 })],
      unbilledCalls: 1,
    },
    { name: 'is unbilled when the recall fails', acts: [answer(503, '')], unbilledCalls: 1 },
    { name: 'takes what it costs when it was not', acts: [gone, answer(201, plantIdBody())], unbilledCalls: 0 },
    { name: 'is billed when it is bought, also if that fails', acts: [gone, answer(500, '')], unbilledCalls: 0 },
  ])('that was sent before $name', async ({ acts, unbilledCalls }) => {
    await using stub = await startStub(...acts);
    let unbilled = 0;
    const usage = { markUnbilled: () => void (unbilled += 1), reportUsage: () => undefined };
    await clientFor(stub.url)
      .identify(request(), unhurried(), sent, usage)
      .catch(() => undefined);
    expect(unbilled).toBe(unbilledCalls);
  });

  test('that was sent before waits 5 s for the recall, and no longer than one call for both', async () => {
    await using stub = await startStub(silence);
    const clock = new FakeClock();
    const client = plantId.createClient({ apiKey: 'a-key', baseUrl: stub.url, timeoutMs: 35_000, clock });
    const recalling = stub.arrival();
    const first = errorOf(client.identify(request(), unhurried(), sent));
    await recalling;
    clock.advance(5_000);
    expect(await first).toMatchObject({ type: 'timeout' });

    const slowly: Act = (response, seen) => {
      clock.advance(4_000);
      gone(response, seen);
    };
    stub.acts(slowly, silence);
    const paying = stub.arrival().then(() => stub.arrival());
    const second = errorOf(client.identify(request(), unhurried(), sent));
    await paying;
    clock.advance(31_000);
    expect(await second).toMatchObject({ type: 'timeout', message: 'no answer within 31000 ms' });
  });
});

describe('the deletion of a copy', () => {
  test('is one DELETE, which a copy that is gone does not fail', async () => {
    await using stub = await startStub(answer(200, true), answer(404, 'The requested identification does not exist.'));
    const client = clientFor(`${stub.url}/api/v3`);
    for (let time = 0; time < 2; time++) await client.deleteCopy?.('a1b2', unhurried());
    const sent = stub.requests.map(({ body, headers, method, url }) => ({
      request: `${method} ${url.pathname}`,
      key: headers.get('api-key'),
      bytes: body.length,
    }));
    const once = { request: 'DELETE /api/v3/identification/a1b2', key: 'a-key', bytes: 0 };
    expect(sent).toEqual([once, once]);
  });

  test.each([
    [503, 'failed'],
    [401, 'misconfigured'],
  ])('fails with status %i', async (status, type) => {
    await using stub = await startStub(answer(status, ''));
    const deleted = clientFor(stub.url).deleteCopy?.('a1b2', unhurried());
    expect(await errorOf(Promise.resolve(deleted))).toMatchObject({ type });
  });
});

describe('the rating of an answer', () => {
  test('is one POST of a number alone, which a copy that is gone does not fail', async () => {
    await using stub = await startStub(
      answer(200, {}),
      answer(200, {}),
      answer(404, 'The requested identification does not exist.'),
    );
    const client = clientFor(`${stub.url}/api/v3`);
    for (const rating of FEEDBACK_RATINGS) await client.rateAnswer?.('a1b2', rating, unhurried());
    const sent = stub.requests.map(({ body, headers, method, url }) => ({
      request: `${method} ${url.pathname}`,
      key: headers.get('api-key'),
      body: JSON.parse(String(body)) as unknown,
    }));
    const each = { request: 'POST /api/v3/identification/a1b2/feedback', key: 'a-key' };
    expect(sent).toEqual([5, 1, 1].map((rating) => ({ ...each, body: { rating } })));
  });

  test.each([
    [503, 'failed'],
    [400, 'rejected'],
    [403, 'misconfigured'],
  ])('fails with status %i', async (status, type) => {
    await using stub = await startStub(answer(status, ''));
    const rated = clientFor(stub.url).rateAnswer?.('a1b2', 'right', unhurried());
    expect(await errorOf(Promise.resolve(rated))).toMatchObject({ type });
  });
});

describe('an answer', () => {
  test.each([{}, { access_token: 7 }, { access_token: '../usage_info' }])(
    'with the token of a copy of %o names none',
    async (token) => {
      const { access_token: _token, ...body } = plantIdBody();
      await using stub = await startStub(answer(201, { ...body, ...token }));
      expect(await clientFor(stub.url).identify(request(), unhurried())).not.toHaveProperty('copyToken');
    },
  );

  test.each([200, 201, 202, 203])('with status %i is read', async (status) => {
    await using stub = await startStub(answer(status, plantIdBody()));
    expect(await clientFor(stub.url).identify(request(), unhurried())).toEqual({
      provider: 'plant_id',
      isPlant: true,
      candidates: [
        {
          scientificName: 'Bellis perennis',
          commonNames: ['Daisy', 'Lawn daisy'],
          family: 'Asteraceae',
          genus: 'Bellis',
          score: 0.93,
          gbifId: '3117424',
          images: [
            {
              url: 'https://plant-id.ams3.cdn.digitaloceanspaces.com/daisy.jpg',
              author: 'A. Gardener',
              license: 'CC0',
            },
          ],
        },
      ],
      care: { watering: { min: 1, max: 2 }, light: 'Sun for most of the day.', soil: 'Any that drains.' },
      health: { isHealthy: true, probability: 0.91, diseases: [] },
      copyToken: 'a1b2c3d4e5f6g7h',
    });
  });

  test.each([
    { name: 'HTML', body: '<!doctype html><title>Welcome</title>', code: 'malformed' },
    { name: 'nothing', body: '', code: 'malformed' },
    { name: 'half of an answer', body: JSON.stringify(plantIdBody()).slice(0, 200), code: 'malformed' },
    { name: 'a list', body: [], code: 'off_contract' },
    { name: 'null', body: 'null', code: 'off_contract' },
    {
      name: 'an unfinished answer',
      body: { ...plantIdBody(), result: undefined, status: 'CREATED' },
      code: 'off_contract',
    },
    { name: 'a result that says nothing', body: { result: { disease: null } }, code: 'off_contract' },
    {
      name: 'a species without a name',
      body: plantIdBody({ classification: { suggestions: [{ probability: 1 }] } }),
      code: 'off_contract',
    },
    {
      name: 'a probability in words',
      body: plantIdBody({ is_plant: { probability: 'high', binary: true } }),
      code: 'off_contract',
    },
    {
      name: 'a number that is none',
      body: '{"result":{"is_plant":{"binary":true,"probability":1e999}}}',
      code: 'off_contract',
    },
  ])('that is $name is a failure with a typed cause', async ({ body, code }) => {
    await using stub = await startStub(answer(201, body));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      name: 'ProviderError',
      type: 'failed',
      provider: 'plant_id',
      cause: { name: 'ExchangeError', code },
    });
  });

  test('off the contract is described by the wrong places, not their values', async () => {
    const body = plantIdBody({ classification: { suggestions: [plantSuggestion({ name: { secret: 'value' } })] } });
    await using stub = await startStub(answer(201, body));
    const error = await errorOf(clientFor(stub.url).identify(request(), unhurried()));
    expect(String(error)).toContain('result.classification.suggestions');
    expect(String(error)).not.toContain('value');
  });
});

test('a 402 has retryAfterMs until the end of the month', async () => {
  await using stub = await startStub(answer(402, 'Payment required'));
  const clock = new FakeClock(Date.UTC(2026, 10, 22));
  const client = plantId.createClient({ apiKey: 'a-key', baseUrl: stub.url, timeoutMs: 5_000, clock });
  const retryAfterMs = 9 * 86_400_000;
  expect(await errorOf(client.identify(request(), unhurried()))).toMatchObject({ type: 'quota', retryAfterMs });
});

describe('the rejected part of a request', () => {
  test.each([
    { status: 400, text: 'Invalid base64 image data', rejected: 'image' },
    { status: 400, text: 'latitude: not a valid number', rejected: 'location' },
    { status: 400, text: 'Invalid json data', rejected: 'request' },
    { status: 404, text: 'API endpoint not found. Please check documentation.', rejected: undefined },
    { status: 405, text: '', rejected: undefined },
    { status: 413, text: '', rejected: 'image' },
    { status: 401, text: 'image', rejected: undefined },
  ])('with $status and "$text" is $rejected', async ({ status, text, rejected }) => {
    await using stub = await startStub(answer(status, text));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({ rejected });
  });
});

describe('an error answer', () => {
  const CREDITS = 'The specified api key does not have sufficient number of available credits.';

  test.each([
    { status: 400, text: 'Invalid base64 image data', type: 'rejected' },
    { status: 401, text: 'The specified api key not found.', type: 'misconfigured' },
    { status: 402, text: 'Payment required', type: 'quota' },
    { status: 402, text: CREDITS, type: 'quota' },
    { status: 403, text: 'Forbidden', type: 'misconfigured' },
    { status: 403, text: 'The specified api key reached its week credit limit (50).', type: 'quota' },
    { status: 404, text: 'API endpoint not found. Please check documentation.', type: 'rejected' },
    { status: 405, text: '', type: 'rejected' },
    { status: 408, text: 'Request Timeout', type: 'failed' },
    { status: 413, text: 'Request Entity Too Large', type: 'rejected' },
    { status: 425, text: 'Too Early', type: 'failed' },
    { status: 429, text: CREDITS, type: 'quota' },
    { status: 429, text: '', type: 'quota' },
    { status: 500, text: '<h1>Server Error (500)</h1>', type: 'failed' },
    { status: 503, text: 'Service Unavailable', type: 'failed' },
  ])('with $status and "$text" is $type', async ({ status, text, type }) => {
    await using stub = await startStub(answer(status, text));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      name: 'ProviderError',
      provider: 'plant_id',
      type,
      status,
    });
    expect(stub.requests).toHaveLength(1);
  });

  test.each([
    { status: 402, text: 'Payment required', isUnpaid: true },
    { status: 429, text: CREDITS, isUnpaid: true },
    { status: 403, text: CREDITS, isUnpaid: true },
    { status: 429, text: 'The specified api key reached its day credit limit (50).', isUnpaid: false },
    { status: 401, text: 'The specified api key not found.', isUnpaid: false },
  ])('with $status and "$text" says $isUnpaid to whether payment is due', async ({ status, text, isUnpaid }) => {
    await using stub = await startStub(answer(status, text));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({ isUnpaid });
  });

  test('is quoted for the log, short and without markup', async () => {
    await using stub = await startStub(answer(500, `<h1>Server Error</h1>\n${'again and '.repeat(500)}`));
    const error = await errorOf(clientFor(stub.url).identify(request(), unhurried()));
    expect(String(error)).toMatch(/^ProviderError: HTTP 500: Server Error (?:again and )+/);
    expect(String(error).length).toBeLessThan(140);
  });

  test('may have a Retry-After', async () => {
    await using stub = await startStub(answer(429, CREDITS, { 'Retry-After': '3600' }));
    expect(await errorOf(clientFor(stub.url).identify(request(), unhurried()))).toMatchObject({
      retryAfterMs: 3_600_000,
    });
  });
});

describe('the usage report', () => {
  const usage = { active: true, credit_limits: { total: 5 }, used: { total: 1 }, remaining: { total: 4 } };

  test('comes from a free route', async () => {
    await using stub = await startStub(answer(200, { ...usage, can_use_credits: { value: true, reason: null } }));
    await clientFor(`${stub.url}/api/v3`).usage(unhurried());
    expect(stub.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual(['GET /api/v3/usage_info']);
    expect(stub.requests[0]?.headers.get('api-key')).toBe('a-key');
  });

  test.each([
    {
      name: 'a limit and what is left',
      credit_limits: { total: 5 },
      used: { total: 1 },
      remaining: { total: 4 },
      total: { limit: 5, used: 1 },
    },
    {
      name: 'what is left in another way than what is used',
      credit_limits: { total: 5 },
      used: { total: 1 },
      remaining: { total: 2 },
      total: { limit: 5, used: 3 },
    },
    {
      name: 'parts of credits',
      credit_limits: { total: 5.5 },
      used: { total: 1.5 },
      remaining: { total: null },
      total: { limit: 5, used: 2 },
    },
    {
      name: 'no limit',
      credit_limits: { total: null },
      used: { total: 9 },
      remaining: {},
      total: { limit: null, used: 9 },
    },
    {
      name: 'nothing',
      credit_limits: null,
      used: 'none',
      remaining: undefined,
      total: { limit: null, used: undefined },
    },
  ])('has whole credits for $name', async ({ credit_limits, used, remaining, total }) => {
    await using stub = await startStub(answer(200, { active: true, credit_limits, used, remaining }));
    const word = await clientFor(stub.url).usage(unhurried());
    expect(word).toMatchObject({ windows: { total }, exhausted: false });
  });

  test.each([
    { reason: 'The specified api key does not have sufficient number of available credits.', isUnpaid: true },
    { reason: 'The specified api key reached its month credit limit (50).', isUnpaid: false },
    { reason: null, isUnpaid: false },
  ])('that may not be used because of "$reason" says $isUnpaid to whether payment is due', async (row) => {
    const { isUnpaid, reason } = row;
    await using stub = await startStub(answer(200, { active: true, can_use_credits: { value: false, reason } }));
    expect(await clientFor(stub.url).usage(unhurried())).toMatchObject({ exhausted: true, isUnpaid });
  });

  test('is exhausted when no credits may be used, with any number left', async () => {
    const body = { ...usage, can_use_credits: { value: false, reason: 'none left' } };
    await using stub = await startStub(answer(200, body));
    expect(await clientFor(stub.url).usage(unhurried())).toMatchObject({ exhausted: true });
  });

  test.each([
    { name: 'an unknown key', status: 401, body: 'The specified api key not found.', type: 'misconfigured' },
    { name: 'an address that is not allowed', status: 403, body: 'Forbidden', type: 'misconfigured' },
    { name: 'an inactive key', status: 200, body: { ...usage, active: false }, type: 'misconfigured' },
    { name: 'a broken service', status: 502, body: 'Bad Gateway', type: 'failed' },
    { name: 'an HTML page', status: 200, body: '<html>', type: 'failed' },
  ])('fails for $name', async ({ status, body, type }) => {
    await using stub = await startStub(answer(status, body));
    expect(await errorOf(clientFor(stub.url).usage(unhurried()))).toMatchObject({ name: 'ProviderError', type });
  });
});
