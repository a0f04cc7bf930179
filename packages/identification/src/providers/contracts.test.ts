import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeAnswers } from '../merge/merge.ts';
import { PROVIDER_NAMES, type ProviderAnswer } from '../types.ts';
import type { ProviderClient } from './definition.ts';
import { plantId } from './plant-id/index.ts';
import { plantNet } from './plantnet/index.ts';
import { errorOf, request, unhurried } from './testing/request.ts';
import { type Act, answer, type StubService, startStub } from './testing/stub-service.ts';

const folder = process.env['PLANT_CONTRACTS_DIR'] ?? '';

function recorded(provider: string, pattern: RegExp): string[] {
  return folder === ''
    ? ['(recorded answers)']
    : readdirSync(join(folder, provider)).filter((name) => pattern.test(name));
}

/** The bytes of a recorded answer, served as they are. */
function replay(status: number, provider: string, name: string): Act {
  const body = readFileSync(join(folder, provider, name), 'utf8');
  return answer(status, body, { 'Content-Type': 'application/json' });
}

describe.skipIf(folder === '')('recorded answers over HTTP', () => {
  let stub: StubService;
  let plantIdClient: ProviderClient;
  let plantNetClient: ProviderClient;

  beforeAll(async () => {
    stub = await startStub();
    const options = { apiKey: 'key', baseUrl: stub.url, timeoutMs: 5000, clock: new FakeClock() };
    plantIdClient = plantId.createClient(options);
    plantNetClient = plantNet.createClient(options);
  });
  afterAll(() => stub[Symbol.asyncDispose]());

  const identifyWithPlantId = async (name: string): Promise<ProviderAnswer> => {
    stub.acts(replay(201, 'plantid', name));
    return await plantIdClient.identify(request(), unhurried());
  };

  test.each(recorded('plantid', /^identification-(?!health-only)/))('Plant.id names the plant: %s', async (name) => {
    const { isPlant, candidates } = await identifyWithPlantId(name);
    expect(isPlant).toBe(true);
    expect(candidates[0]?.score).toBeGreaterThan(0.5);
  });

  test.each(recorded('plantid', /health-(all|only)/))('Plant.id reports the plant’s health: %s', async (name) => {
    const { isPlant, health } = await identifyWithPlantId(name);
    expect(isPlant).toBe(true);
    expect(health?.diseases.length).toBeGreaterThan(0);
  });

  test('Plant.id: details become names, taxonomy, a GBIF id and pictures with their authors', async () => {
    const { candidates } = await identifyWithPlantId('identification-details.leucojum-vernum.v3.1.1.json');
    const [best] = candidates;
    expect(best).toMatchObject({
      scientificName: 'Leucojum vernum',
      family: 'Amaryllidaceae',
      genus: 'Leucojum',
      gbifId: '2860409',
      images: [{ license: 'CC BY-SA 3.0' }, {}, {}],
    });
    expect(best?.commonNames).toContain('Spring Snowflake');
    expect(best?.images[0]?.author).toContain('wikimedia');
  });

  test('Plant.id: usage reports whether there are credits', async () => {
    stub.acts(replay(200, 'plantid', 'usage_info.sdk-fixture.json'));
    expect(await plantIdClient.usage(unhurried())).toMatchObject({
      windows: { month: { limit: null, used: 1 }, total: { limit: 100, used: 2 } },
      exhausted: false,
    });
    stub.acts(replay(200, 'plantid', 'usage_info.no-credits.observed-2026-09-13.json'));
    expect(await plantIdClient.usage(unhurried())).toMatchObject({
      windows: { month: { limit: null }, total: { limit: 0, used: 0 } },
      exhausted: true,
    });
  });

  test.each([
    [400, 'rejected'],
    [401, 'misconfigured'],
    [404, 'rejected'],
    [429, 'quota'],
  ])('Plant.id: every recorded text of a %i is %s', async (status, type) => {
    const file = readFileSync(join(folder, 'plantid', 'error-bodies.plain-text.json'), 'utf8');
    const { bodies } = JSON.parse(file) as { bodies: Record<string, string[]> };
    const texts = bodies[status] ?? [];
    expect(texts).not.toHaveLength(0);
    for (const text of texts) {
      stub.acts(answer(status, text));
      expect(await errorOf(plantIdClient.identify(request(), unhurried()))).toMatchObject({ type });
    }
  });

  test.each(recorded('plantnet', /^identify-.*\.json$/))('Pl@ntNet: %s', async (name) => {
    stub.acts(replay(200, 'plantnet', name));
    const result = await plantNetClient.identify(request(), unhurried());
    expect(result.isPlant).toBe(true);
    expect(result.candidates.length).toBeGreaterThan(1);
    const scores = result.candidates.map(({ score }) => score ?? 0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test('Pl@ntNet: related images carry author and licence', async () => {
    stub.acts(replay(200, 'plantnet', 'identify-all-related-images.zea-mays.2023-09-12_7.1.json'));
    const { candidates } = await plantNetClient.identify(request(), unhurried());
    expect(candidates[0]?.images[0]).toMatchObject({ author: '#MaryKingfishers', license: 'cc-by-sa' });
  });

  test('Pl@ntNet: projects that it does not list are rejected', async () => {
    stub.acts(replay(200, 'plantnet', 'projects-lat49.8-lon9.9.partial-2026.json'));
    const listed = async (project: string) =>
      await plantNetClient.rejects?.({ includeDiseases: true, organs: [], project }, unhurried());
    expect(await listed('k-central-europe')).toBe('project');
    expect(await listed('k-middle-europe')).toBeUndefined();
  });

  test('Pl@ntNet: the two meanings of 404', async () => {
    stub.acts(replay(404, 'plantnet', 'error-404-species-not-found.json'));
    expect(await plantNetClient.identify(request(), unhurried())).toMatchObject({ isPlant: false });
    stub.acts(replay(404, 'plantnet', 'error-404-unknown-project.json'));
    expect(await errorOf(plantNetClient.identify(request(), unhurried()))).toMatchObject({
      type: 'rejected',
      rejected: 'project',
    });
  });

  test('answers of both providers merge into one result', async () => {
    const plant_id = await identifyWithPlantId('identification-health-all-question.cucumber.v5.1.1.json');
    stub.acts(replay(200, 'plantnet', 'identify-all-two-images-get.hibiscus.2022-06-14_6.0.json'));
    const plantnet = await plantNetClient.identify(request(), unhurried());
    const verdict = mergeAnswers([plant_id, plantnet], PROVIDER_NAMES);
    expect(verdict).toMatchObject({ isPlant: true, confidence: 0.99, health: { isHealthy: false } });
    expect(verdict.suggestions.map((one) => one.scientificName).slice(0, 2)).toEqual([
      'Cucumis sativus',
      'Hibiscus rosa-sinensis',
    ]);
    expect(verdict.suggestions).toHaveLength(5);
  });
});
