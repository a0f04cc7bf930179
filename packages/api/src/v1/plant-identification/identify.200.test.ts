import { describe, expect, it } from 'vitest';
import { anna, apiUnderTest } from '../../testing/api-under-test.ts';
import { billed, monstera, storedId } from '../../testing/fake-service.ts';
import { PHOTO, transports, upload } from '../../testing/transports.ts';
import { identification } from './wire.ts';

describe.each(transports)('identify answers 200 over %s', (_name, identify) => {
  it('with the wire object', async () => {
    const { api } = apiUnderTest();
    const answer = await identify(api, {});
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      success: true,
      demo: false,
      partial: false,
      cached: false,
      stale: false,
      is_plant: true,
      plant_name: 'Swiss cheese plant',
      scientific_name: 'Monstera deliciosa',
      confidence: 0.95,
      suggestions: [
        {
          plant_name: 'Swiss cheese plant',
          scientific_name: 'Monstera deliciosa',
          family: 'Araceae',
          genus: 'Monstera',
          probability: 0.95,
          sources: [
            { provider: 'plant_id', score: 0.95, rank: 1, of: 3 },
            { provider: 'plantnet', score: 0.71, rank: 1, of: 10 },
          ],
          gbif_id: '2868241',
          images: [{ url: 'https://plants.example/monstera.jpg', author: 'A. Botanist', license: 'cc-by-sa' }],
        },
      ],
      care_instructions: { watering: { min: 2, max: 2 }, light: 'Bright, indirect' },
      disease_detection: { is_healthy: true, probability: 0.88, diseases: [] },
      providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
    });
    expect(identification.safeParse(answer.body).success).toBe(true);
  });

  it('with the reason why a provider rejected the request', async () => {
    const providers = { ...monstera.providers, plantnet: { status: 'failed', rejected: 'project' } as const };
    const { api } = apiUnderTest({
      service: { identify: async () => billed({ ...monstera, partial: true, providers }) },
    });
    const { body, status } = await identify(api, {});
    expect(status).toBe(200);
    expect(body['providers']).toEqual({
      plant_id: { status: 'answered' },
      plantnet: {
        status: 'failed',
        reason: { detail: 'is not a flora that Pl@ntNet knows', pointer: '#/project' },
      },
    });
    expect(identification.safeParse(body).success).toBe(true);
  });

  it('without names and confidence if the photos show no plant', async () => {
    const { demo, partial, cached, stale, providers } = monstera;
    const noPlant = { demo, partial, cached, stale, providers, isPlant: false, suggestions: [] };
    const { api } = apiUnderTest({
      service: { identify: async () => billed(noPlant) },
    });
    const { body } = await identify(api, {});
    expect(body).toEqual({
      success: true,
      demo: false,
      partial: false,
      cached: false,
      stale: false,
      is_plant: false,
      suggestions: [],
      providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
    });
  });

  it('with an id for a signed-in caller, who owns the identification', async () => {
    const { api, asked } = apiUnderTest();
    const { body } = await identify(api, { headers: { Cookie: 'session=anna' } });
    expect(body['id']).toBe(storedId);
    expect(asked[0]?.ownerId).toBe(anna.userId);
  });

  it('after passing on the subject of the process shares: the user, or the address of an anonymous caller', async () => {
    const { api, asked } = apiUnderTest();
    const from = { 'X-Forwarded-For': '203.0.113.7' };
    await identify(api, { headers: { Cookie: 'session=anna', ...from } });
    await identify(api, { headers: from });
    expect(asked.map(({ subject }) => subject)).toEqual([`user:${anna.userId}`, 'address:203.0.113.7']);
  });

  it.each([
    ['pt-BR', 'pt'],
    ['zh-Hant-TW', 'zh'],
    ['tlh', 'tlh'],
    ['x-ours', undefined],
  ])('for any well-formed language: %s', async (language, primary) => {
    const { api, asked } = apiUnderTest();
    expect((await identify(api, { body: upload({ language }) })).status).toBe(200);
    expect(asked[0]?.options.language).toBe(primary);
  });

  it('after passing on photos in order, and the options as sent', async () => {
    const { api, asked } = apiUnderTest();
    const second = Buffer.from('another photo');
    const fields = {
      organs: ['flower', 'leaf'],
      include_diseases: 'false',
      latitude: '48.137',
      longitude: '-11.575',
      language: 'DE',
      project: 'k-middle-europe',
    };
    expect((await identify(api, { body: upload(fields, [PHOTO, second]) })).status).toBe(200);
    expect(asked[0]?.photos.map(({ bytes }) => bytes.toString())).toEqual([PHOTO.toString(), second.toString()]);
    expect(asked[0]?.options).toEqual({
      organs: ['flower', 'leaf'],
      includeDiseases: false,
      location: { latitude: 48.137, longitude: -11.575 },
      language: 'de',
      project: 'k-middle-europe',
    });
  });

  it('with diseases and without organs by default', async () => {
    const { api, asked } = apiUnderTest();
    await identify(api, {});
    expect(asked[0]?.options).toEqual({ organs: [], includeDiseases: true });
  });

  it("with the caller's request id, by which it can be followed", async () => {
    const { api, asked } = apiUnderTest();
    const requestId = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
    const { headers } = await identify(api, { headers: { 'X-Request-Id': requestId } });
    expect(headers.get('x-request-id')).toBe(requestId);
    expect(asked[0]).toMatchObject({ requestId, trackProgress: true });

    const { headers: replaced } = await identify(api, { headers: { 'X-Request-Id': 'my own words' } });
    expect(replaced.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(asked[1]).toMatchObject({ requestId: replaced.get('x-request-id'), trackProgress: false });
  });

  it('with the remaining calls in both forms of headers', async () => {
    const { api } = apiUnderTest();
    const { headers } = await identify(api, {});
    const hour = 3600;
    expect(headers.get('ratelimit-policy')).toBe(`"identify-anonymous";q=10;w=${hour}`);
    expect(headers.get('ratelimit')).toBe(`"identify-anonymous";r=9;t=${hour}`);
    expect(headers.get('x-ratelimit-limit')).toBe('10');
    expect(headers.get('x-ratelimit-remaining')).toBe('9');
    expect(headers.get('x-ratelimit-reset')).toBe(String(Date.UTC(2026, 2, 1, 13) / 1000));
  });

  it('with headers that forbid caching', async () => {
    const { api } = apiUnderTest();
    const { headers } = await identify(api, {});
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('vary')).toContain('Authorization, Cookie');
    expect(headers.get('content-type')).toContain('application/json');
  });
});
