import { expect, test } from 'vitest';
import { LANGUAGES as PLANT_ID } from '../providers/plant-id/languages.ts';
import { LANGUAGES as PLANTNET } from '../providers/plantnet/languages.ts';
import { sentOptions } from './sent-options.ts';

const asked = { includeDiseases: true, organs: [] };

test.each([
  ['that both know', 'de', 'de', 'de'],
  ['that Plant.id alone knows', 'cy', 'cy', undefined],
  ['that neither knows', 'tlh', undefined, undefined],
  ['that is not given', undefined, undefined, undefined],
])('a language %s is sent as each provider takes it', (_, language, plantId, plantNet) => {
  const options = language === undefined ? asked : { ...asked, language };
  expect(sentOptions({ languages: PLANT_ID }, options).language).toBe(plantId);
  expect(sentOptions({ languages: PLANTNET }, options).language).toBe(plantNet);
});

test('each list holds codes of two letters, and English', () => {
  for (const languages of [PLANT_ID, PLANTNET]) {
    expect([...languages].filter((code) => !/^[a-z]{2}$/.test(code))).toEqual([]);
    expect(languages.has('en')).toBe(true);
  }
});
