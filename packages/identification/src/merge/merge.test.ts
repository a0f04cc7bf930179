import { expect, test } from 'vitest';
import { type Candidate, PROVIDER_NAMES, type ProviderAnswer } from '../types.ts';
import { mergeAnswers } from './merge.ts';

const merge = (answers: { plant_id?: ProviderAnswer; plantnet?: ProviderAnswer }) =>
  mergeAnswers(Object.values(answers), PROVIDER_NAMES);

function candidate(scientificName: string, score?: number, fields: Partial<Candidate> = {}): Candidate {
  return { scientificName, commonNames: [], images: [], ...(score !== undefined && { score }), ...fields };
}

function plantId(...candidates: Candidate[]): ProviderAnswer {
  return { provider: 'plant_id', isPlant: true, candidates };
}

function plantNet(...candidates: Candidate[]): ProviderAnswer {
  return { provider: 'plantnet', isPlant: true, candidates };
}

const NO_PLANT_ID: ProviderAnswer = { provider: 'plant_id', isPlant: false, candidates: [] };
const NO_PLANTNET: ProviderAnswer = { provider: 'plantnet', isPlant: false, candidates: [] };
const NOTHING = { isPlant: false, suggestions: [] };

test('the same species from both is one suggestion with both sources', () => {
  const verdict = merge({
    plant_id: plantId(candidate('Mentha ×piperita', 0.7, { family: 'Lamiaceae' }), candidate('Mentha spicata', 0.2)),
    plantnet: plantNet(
      candidate('Mentha aquatica', 0.4),
      candidate('MENTHA X PIPERITA', 0.3, { commonNames: ['Peppermint'], genus: 'Mentha', gbifId: '1' }),
    ),
  });
  expect(verdict.suggestions[0]).toEqual({
    plantName: 'Peppermint',
    scientificName: 'Mentha ×piperita',
    family: 'Lamiaceae',
    genus: 'Mentha',
    probability: 0.7,
    sources: [
      { provider: 'plant_id', score: 0.7, rank: 1, of: 2 },
      { provider: 'plantnet', score: 0.3, rank: 2, of: 2 },
    ],
    gbifId: '1',
    images: [],
  });
  expect(verdict.suggestions.map((one) => one.scientificName)).toEqual([
    'Mentha ×piperita',
    'Mentha spicata',
    'Mentha aquatica',
  ]);
});

test('the fields of a species come from Plant.id first', () => {
  const one = { commonNames: ['Daisy'], genus: 'Bellis', family: 'Asteraceae', gbifId: '1' };
  const other = { commonNames: ['Common daisy'], genus: 'bellis', family: 'Compositae', gbifId: '2' };
  const [first] = merge({
    plant_id: plantId(candidate('Bellis perennis', 0.9, one)),
    plantnet: plantNet(candidate('Bellis perennis', 0.9, other)),
  }).suggestions;
  expect(first).toMatchObject({ plantName: 'Daisy', genus: 'Bellis', family: 'Asteraceae', gbifId: '1' });
});

test('a species without a common name has its scientific one as plant name', () => {
  expect(merge({ plant_id: plantId(candidate('Bellis perennis', 1)) }).suggestions[0]?.plantName).toBe(
    'Bellis perennis',
  );
});

test('suggestions are ordered by probability, then by score, and at most five', () => {
  const { suggestions } = merge({
    plant_id: plantId(candidate('A a', 0.1), candidate('B b', 0.3), candidate('C c', 0.3)),
    plantnet: plantNet(candidate('X x', 0.99), candidate('C c', 0.6), candidate('Y y', 0.5), candidate('Z z', 0.4)),
  });
  expect(suggestions.map((one) => one.scientificName)).toEqual(['C c', 'B b', 'A a', 'X x', 'Y y']);
  expect(suggestions[3]).not.toHaveProperty('probability');
});

test('a species that one provider lists twice counts once, by its better place', () => {
  const { suggestions } = merge({
    plant_id: plantId(candidate('Bellis perennis', 0.6), candidate('bellis perennis', 0.2)),
  });
  expect(suggestions).toHaveLength(1);
  expect(suggestions[0]).toMatchObject({ probability: 0.6, sources: [{ rank: 1, of: 2 }] });
});

test('each picture is listed once, Plant.id’s first', () => {
  const image = (name: string): Candidate['images'][number] => ({ url: `https://images.test/${name}` });
  const [first] = merge({
    plant_id: plantId(candidate('A a', 1, { images: [image('1'), image('2')] })),
    plantnet: plantNet(candidate('A a', 1, { images: [image('2'), image('3')] })),
  }).suggestions;
  expect(first?.images).toEqual([image('1'), image('2'), image('3')]);
});

test.each([
  [
    'Plant.id says so, also if Pl@ntNet names a plant',
    { plant_id: NO_PLANT_ID, plantnet: plantNet(candidate('A a', 1)) },
  ],
  ['both say so', { plant_id: NO_PLANT_ID, plantnet: NO_PLANTNET }],
  ['Plant.id says so alone', { plant_id: NO_PLANT_ID }],
  ['Pl@ntNet says so alone', { plantnet: NO_PLANTNET }],
])('the result is no plant when %s', (_, answers) => {
  expect(merge(answers)).toEqual(NOTHING);
});

test('the result is a plant when only Pl@ntNet finds none', () => {
  const verdict = merge({ plant_id: plantId(candidate('A a', 0.9)), plantnet: NO_PLANTNET });
  expect(verdict).toMatchObject({ isPlant: true, confidence: 0.9, suggestions: [{ scientificName: 'A a' }] });
});

test('confidence is the probability of the first suggestion', () => {
  const verdict = merge({
    plant_id: plantId(candidate('A a', 0.55)),
    plantnet: plantNet(candidate('B b', 0.99), candidate('A a', 0.2)),
  });
  expect(verdict.confidence).toBe(0.55);
  expect(verdict).not.toHaveProperty('confidenceSource');
});

test.each([
  ['alone', {}],
  ['beside a Plant.id that names nothing', { plant_id: plantId() }],
])('confidence with Pl@ntNet %s is its score, with the source', (_, others) => {
  const verdict = merge({ ...others, plantnet: plantNet(candidate('A a', 0.24)) });
  expect(verdict).toMatchObject({ confidence: 0.24, confidenceSource: 'plantnet' });
});

test('a plant without candidates has neither suggestions nor confidence', () => {
  expect(merge({ plant_id: plantId(), plantnet: plantNet() })).toEqual({ isPlant: true, suggestions: [] });
});

test('care and health come from Plant.id', () => {
  const care = { watering: { min: 1, max: 2 } };
  const health = { isHealthy: true, probability: 0.9, diseases: [] };
  const answer = { ...plantId(candidate('A a', 1)), care, health };
  expect(merge({ plant_id: answer })).toMatchObject({ care, health });
  expect(merge({ plantnet: plantNet(candidate('A a', 1)) })).not.toHaveProperty('health');
});

test('merging no answer throws', () => {
  expect(() => merge({})).toThrow(TypeError);
});
