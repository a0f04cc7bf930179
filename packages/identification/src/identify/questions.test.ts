import { describe, expect, it } from 'vitest';
import { PROVIDERS, plantId, plantNet } from '../providers/index.ts';
import { answerKey, callerCredits, photoOf, supportedOptions } from './questions.ts';

const asked = { includeDiseases: true, organs: [] };

describe('the language of a question', () => {
  it.each([
    { name: 'that both support', language: 'de', toPlantId: 'de', toPlantNet: 'de' },
    { name: 'that Plant.id alone supports', language: 'cy', toPlantId: 'cy', toPlantNet: undefined },
    { name: 'that neither supports', language: 'tlh', toPlantId: undefined, toPlantNet: undefined },
    { name: 'that is missing', language: undefined, toPlantId: undefined, toPlantNet: undefined },
  ])('$name is sent to the providers that support it', ({ language, toPlantId, toPlantNet }) => {
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
    expect(photoOf(keyOf(plantId))).toBe('01234567');
  });

  it.each([
    { name: 'includeDiseases', options: { includeDiseases: false }, expected: { plant_id: true, plantnet: false } },
    {
      name: 'location',
      options: { location: { latitude: 1, longitude: 2 } },
      expected: { plant_id: true, plantnet: false },
    },
    { name: 'organs', options: { organs: ['leaf'] }, expected: { plant_id: false, plantnet: true } },
    { name: 'project', options: { project: 'weurope' }, expected: { plant_id: false, plantnet: true } },
    { name: 'language', options: { language: 'de' }, expected: { plant_id: true, plantnet: true } },
  ])('changes with $name if the provider is sent it', ({ options, expected }) => {
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
