import { expect, test } from 'vitest';
import type { ProviderAnswer } from '../../types.ts';
import { readBody } from '../exchange.ts';
import { plantIdBody, plantSuggestion } from '../testing/bodies.ts';
import { toAnswer } from './answer.ts';
import { identification } from './response.ts';

function read(result: Record<string, unknown>): ProviderAnswer {
  return toAnswer(readBody('plant_id', JSON.stringify(plantIdBody(result)), identification).result);
}

function readDetails(details: unknown): ProviderAnswer {
  return read({ classification: { suggestions: [plantSuggestion({ details })] } });
}

test.each([
  ['absent', undefined],
  ['null', null],
])('an answer is a plant when is_plant of an older model is %s', (_, is_plant) => {
  expect(read({ is_plant }).isPlant).toBe(true);
});

test.each([
  ['faint guesses', [plantSuggestion({ probability: 0.02 })]],
  ['no guesses', []],
])('an answer has no candidates when it is no plant, with %s', (_, suggestions) => {
  const is_plant = { probability: 0.03, binary: false, threshold: 0.5 };
  expect(read({ is_plant, classification: { suggestions } })).toEqual({
    provider: 'plant_id',
    isPlant: false,
    candidates: [],
  });
});

test('an answer uses the binary judgement of the service, not a threshold', () => {
  expect(read({ is_plant: { probability: 0.4, binary: true, threshold: 0.35 } }).isPlant).toBe(true);
  expect(read({ is_healthy: { probability: 0.6, binary: false, threshold: 0.63 } }).health?.isHealthy).toBe(false);
});

test('an answer reads suggestions by rank', () => {
  const suggestions = { genus: [plantSuggestion({ name: 'Bellis' })], species: [plantSuggestion()], infraspecies: [] };
  expect(read({ classification: { suggestions } }).candidates.map((one) => one.scientificName)).toEqual([
    'Bellis perennis',
  ]);
  expect(read({ classification: { suggestions: { genus: [] } } }).candidates).toEqual([]);
});

test.each([
  ['absent', undefined],
  ['null', null],
  ['null throughout', { common_names: null, taxonomy: null, gbif_id: null, image: null, watering: null }],
  [
    'of another shape',
    { common_names: { en: ['Daisy'] }, taxonomy: 'Asteraceae', gbif_id: {}, image: 7, watering: [] },
  ],
])('an answer names a species whose details are %s', (_, details) => {
  const { candidates, care } = readDetails(details);
  expect(candidates).toEqual([
    {
      scientificName: 'Bellis perennis',
      commonNames: [],
      genus: 'Bellis',
      score: 0.93,
      images: [
        { url: 'https://plant-id.ams3.cdn.digitaloceanspaces.com/daisy.jpg', author: 'A. Gardener', license: 'CC0' },
      ],
    },
  ]);
  expect(care).toBeUndefined();
});

test('an answer lists the picture of the knowledge base before similar ones', () => {
  const image = {
    value: 'https://plant-id.ams3.cdn.digitaloceanspaces.com/best.jpg',
    citation: null,
    license_name: 'CC BY 4.0',
  };
  expect(readDetails({ image }).candidates[0]?.images.map(({ url }) => url)).toEqual([
    'https://plant-id.ams3.cdn.digitaloceanspaces.com/best.jpg',
    'https://plant-id.ams3.cdn.digitaloceanspaces.com/daisy.jpg',
  ]);
});

test.each([[{ min: 0, max: 9 }], [{ min: 3, max: 1 }], [{ min: 1 }], ['2']])(
  'gives no care for watering %j',
  (watering) => {
    expect(readDetails({ watering }).care).toBeUndefined();
  },
);

test('an answer has at most ten candidates, best first, with probabilities from 0 to 1', () => {
  const suggestions = Array.from({ length: 40 }, (_, index) =>
    plantSuggestion({ name: `Bellis ${index}`, probability: index === 39 ? 1.000_000_1 : index / 40 }),
  );
  const { candidates } = read({ classification: { suggestions } });
  expect(candidates).toHaveLength(10);
  expect(candidates[0]).toMatchObject({ scientificName: 'Bellis 39', score: 1 });
});

test.each([undefined, null])('an answer has no health when the service reports none: %j', (is_healthy) => {
  expect(read({ is_healthy }).health).toBeUndefined();
});

test('an answer lists diseases by local name, most probable first, without redundant ones', () => {
  const suggestions = [
    { id: '1', name: 'Fungi', probability: 0.8, redundant: true },
    { id: '2', name: 'water excess', probability: 0.1, details: null },
    {
      id: '3',
      name: 'powdery mildew',
      probability: 0.7,
      details: {
        local_name: 'Echter Mehltau',
        description: 'White <i>layer</i>.',
        treatment: { biological: ['Cut it off.'], prevention: [], chemical: null },
      },
    },
  ];
  const is_healthy = { probability: 0.2, binary: false, threshold: 0.5 };
  expect(read({ is_healthy, disease: { suggestions, question: { text: 'Is it white?' } } }).health).toEqual({
    isHealthy: false,
    probability: 0.2,
    diseases: [
      {
        name: 'Echter Mehltau',
        probability: 0.7,
        description: 'White layer .',
        treatment: { biological: ['Cut it off.'] },
      },
      { name: 'water excess', probability: 0.1 },
    ],
  });
});

test('an answer has every text cleaned and cut', () => {
  const long = 'a'.repeat(100_000);
  const { candidates, care } = read({
    classification: {
      suggestions: [
        plantSuggestion({
          name: `<script>x</script>Bellis\u0000 perennis ${long}`,
          details: {
            common_names: Array.from({ length: 1000 }, (_, index) => `${index}${'a'.repeat(1_000)}`),
            gbif_id: 'javascript:alert(1)',
            taxonomy: { family: long, genus: '<b>Bellis</b>' },
            best_soil_type: long,
          },
        }),
      ],
    },
  });
  const [best] = candidates;
  expect(best?.scientificName).toMatch(/^x Bellis perennis a+$/);
  expect(best?.scientificName.length).toBeLessThanOrEqual(200);
  expect(best?.commonNames).toHaveLength(10);
  expect(best?.genus).toBe('Bellis');
  expect(best).not.toHaveProperty('gbifId');
  expect(JSON.stringify({ candidates, care }).length).toBeLessThan(5000);
});
