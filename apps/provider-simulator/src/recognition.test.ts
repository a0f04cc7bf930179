import { expect, test } from 'vitest';
import { assessHealth } from './plant-id/health.ts';
import { recognize, SPECIES } from './recognition.ts';

const SEEDS = Array.from({ length: 400 }, (_, index) => `seed ${index}`);
const all = SEEDS.map((seed) => recognize(seed));
const named = all.flatMap(({ plantId, plantNet }) => [...plantId, ...plantNet]);

test('the data have at least 150 species, each once, with ids where they are known', () => {
  expect(SPECIES.length).toBeGreaterThanOrEqual(150);
  expect(new Set(SPECIES.map(({ scientificName }) => scientificName)).size).toBe(SPECIES.length);
  for (const { scientificName, genus, gbifId } of SPECIES) {
    expect(scientificName.startsWith(`${genus} `)).toBe(true);
    expect(gbifId === null || Number.isSafeInteger(gbifId)).toBe(true);
  }
});

test('the same seed gives the same plants and the same health', () => {
  expect(recognize('seed')).toEqual(recognize('seed'));
  expect(assessHealth('seed')).toEqual(assessHealth('seed'));
});

test('scores are between 0 and 1, best first, and probabilities sum up to at most 1', () => {
  expect(named.every(({ score }) => score > 0 && score <= 1)).toBe(true);
  for (const { plantId, plantNet } of all) {
    for (const list of [plantId, plantNet]) {
      const scores = list.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
    expect(plantId.reduce((sum, { score }) => sum + score, 0)).toBeLessThanOrEqual(1);
  }
});

test('most species are the first suggestion for some seed', () => {
  expect(new Set(all.map(({ plantId }) => plantId[0]?.species)).size).toBeGreaterThanOrEqual(150);
});

test('the services mostly agree, sometimes in another order', () => {
  const agreeing = all.filter(({ plantId, plantNet }) => plantId[0]?.species === plantNet[0]?.species);
  expect(agreeing.length / all.length).toBeGreaterThan(0.7);
  expect(agreeing.length / all.length).toBeLessThan(0.9);
});

test('some photos leave the species unsure and the genus sure', () => {
  const unsure = all.filter(({ plantId }) => (plantId[0]?.score ?? 1) < 0.5);
  expect(unsure.length / all.length).toBeGreaterThan(0.05);
  for (const { plantId } of unsure) {
    const [first] = plantId;
    const genus = plantId.filter(({ species }) => species.genus === first?.species.genus);
    expect(genus.reduce((sum, { score }) => sum + score, 0)).toBeGreaterThan(0.5);
  }
});

test('some plants are ill, and have diseases', () => {
  const ill = SEEDS.map((seed) => assessHealth(seed)).filter(({ isHealthy }) => !isHealthy);
  expect(ill.length).toBeGreaterThan(80);
  expect(ill.length).toBeLessThan(240);
  expect(ill.every(({ probability, diseases: complaints }) => probability < 0.5 && complaints.length > 0)).toBe(true);
});
