import { describe, expect, it } from 'vitest';
import { PROVIDERS, plantId, plantNet } from '../providers/index.ts';
import { answerKey, callerCredits, supportedOptions } from './questions.ts';

const asked = { includeDiseases: true, organs: [] };

describe('the language of a question', () => {
  it.each([
    ['that both support', 'de', 'de', 'de'],
    ['that Plant.id alone supports', 'cy', 'cy', undefined],
    ['that neither supports', 'tlh', undefined, undefined],
    ['that is missing', undefined, undefined, undefined],
  ])('%s is sent to the providers that support it', (_, language, toPlantId, toPlantNet) => {
    const options = language === undefined ? asked : { ...asked, language };
    expect(supportedOptions(plantId, options).language).toBe(toPlantId);
    expect(supportedOptions(plantNet, options).language).toBe(toPlantNet);
  });
});

describe('a list of supported languages', () => {
  it.each(PROVIDERS)('of $name holds codes of two letters, and English', ({ languages }) => {
    expect([...languages].filter((code) => !/^[a-z]{2}$/.test(code))).toEqual([]);
    expect(languages.has('en')).toBe(true);
  });
});

describe('a cache key', () => {
  const photoHashes = ['0123456789abcdef', 'fedcba9876543210'];
  const keyOf = (definition: typeof plantId, options = {}, origin = 'https://a.example') =>
    answerKey({ definition, origin, photoHashes, options: { ...asked, ...options } });

  it('holds the name of the provider and the start of the first photo’s hash', () => {
    expect(keyOf(plantId)).toMatch(/^plant_id:01234567:[0-9a-f]{64}$/);
  });

  it.each([
    ['includeDiseases', { includeDiseases: false }, { plant_id: true, plantnet: false }],
    ['location', { location: { latitude: 1, longitude: 2 } }, { plant_id: true, plantnet: false }],
    ['organs', { organs: ['leaf'] }, { plant_id: false, plantnet: true }],
    ['project', { project: 'weurope' }, { plant_id: false, plantnet: true }],
    ['language', { language: 'de' }, { plant_id: true, plantnet: true }],
  ])('changes with %s if the provider is sent it', (_, options, expected) => {
    const changes = PROVIDERS.map((definition) => [definition.name, keyOf(definition) !== keyOf(definition, options)]);
    expect(Object.fromEntries(changes)).toEqual(expected);
  });

  it('changes with the origin and the contract version', () => {
    const keys = [keyOf(plantId), keyOf(plantId, {}, 'https://b.example'), keyOf({ ...plantId, contractVersion: 'x' })];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the credits of a request', () => {
  const credits = (definitions: readonly (typeof plantId)[], includeDiseases: boolean) =>
    callerCredits(
      definitions.map((definition) => ({ definition })),
      { includeDiseases },
    );

  it('are those of the dearest call', () => {
    expect({
      both: credits([plantId, plantNet], true),
      withoutHealth: credits([plantId], false),
      plantNetAlone: credits([plantNet], true),
      none: credits([], true),
    }).toEqual({ both: 2, withoutHealth: 1, plantNetAlone: 1, none: 0 });
  });
});
