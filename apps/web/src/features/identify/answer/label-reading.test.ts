import { describe, expect, it } from 'vitest';
import type { MergedResult, Suggestion } from '../../../lib/wire.ts';
import { article, genusNoun, readLabel } from './label-reading.ts';

function species(plantName: string, scientificName: string, probability?: number): Suggestion {
  const [genus = ''] = scientificName.split(' ');
  return {
    plant_name: plantName,
    scientific_name: scientificName,
    genus,
    family: 'Asteraceae',
    images: [],
    sources: [{ provider: probability === undefined ? 'plantnet' : 'plant_id', rank: 1, of: 10 }],
    ...(probability === undefined ? {} : { probability }),
  };
}

const plantId = (...suggestions: Suggestion[]): MergedResult => ({
  is_plant: true,
  suggestions,
  ...(suggestions[0]?.probability === undefined ? {} : { confidence: suggestions[0].probability }),
});
const plantnet = (confidence: number, ...suggestions: Suggestion[]): MergedResult => ({
  is_plant: true,
  suggestions,
  confidence,
  confidence_source: 'plantnet',
});

describe('readLabel', () => {
  it('returns the species with its confidence and probability', () => {
    expect(readLabel(plantId(species('Salsify', 'Tragopogon porrifolius', 0.87)))).toMatchObject({
      type: 'species',
      title: 'Salsify',
      latin: 'Tragopogon porrifolius',
      confidence: 'likely',
      probability: 0.87,
    });
  });

  it('does not repeat the scientific name', () => {
    const reading = readLabel(plantId(species('Aloe vera', 'Aloe vera', 0.6)));
    expect(reading).toMatchObject({ title: 'Aloe vera', titleIsLatin: true, confidence: 'possible' });
    expect(reading).not.toHaveProperty('latin');
  });

  it('returns the genus with its own probability when no species is confident enough', () => {
    const verdict = plantId(
      species('Velvety goldenrod', 'Solidago velutina', 0.34),
      species('Canada goldenrod', 'Solidago canadensis', 0.3),
      species('Rabbitbrush', 'Ericameria nauseosa', 0.1),
    );
    expect(readLabel(verdict)).toMatchObject({
      type: 'genus',
      title: 'A goldenrod',
      genus: 'Solidago',
      confidence: 'possible',
    });
    expect(readLabel(verdict)).toHaveProperty('probability', expect.closeTo(0.64));
  });

  it('returns no probability for a score of Pl@ntNet', () => {
    const sure = readLabel(plantnet(0.31, species('Purple heart', 'Tradescantia pallida')));
    expect(sure).toMatchObject({ type: 'species', confidence: 'possible' });
    expect(sure).not.toHaveProperty('probability');

    const unsure = readLabel(plantnet(0.12, species('Purple heart', 'Tradescantia pallida')));
    expect(unsure).toMatchObject({ type: 'genus', title: 'A Tradescantia', confidence: 'unsure' });
    expect(unsure).not.toHaveProperty('probability');
  });

  it('returns no name without a plant', () => {
    expect(readLabel({ is_plant: false, suggestions: [] })).toEqual({ type: 'no_plant' });
    expect(readLabel({ is_plant: true, suggestions: [] })).toEqual({ type: 'no_plant' });
  });
});

describe('genusNoun', () => {
  const named = (plant_name: string, scientific_name: string) => ({
    plant_name,
    scientific_name,
    genus: scientific_name.split(' ')[0] ?? '',
    images: [],
    sources: [],
  });

  it('returns the last word that the names of its species share', () => {
    const suggestions = [
      named('Canada goldenrod', 'Solidago canadensis'),
      named('Giant Goldenrod', 'Solidago gigantea'),
      named('Rabbitbrush', 'Ericameria nauseosa'),
      named('Solidago velutina', 'Solidago velutina'),
    ];
    expect(genusNoun(suggestions, 'Solidago')).toEqual({ noun: 'goldenrod', isLatin: false });
  });

  it('returns the genus when the names differ or there is only one', () => {
    const suggestions = [named('Wax begonia', 'Begonia cucullata'), named('Angel wing', 'Begonia coccinea')];
    expect(genusNoun(suggestions, 'Begonia')).toEqual({ noun: 'Begonia', isLatin: true });
    expect(genusNoun(suggestions.slice(0, 1), 'Begonia')).toEqual({ noun: 'Begonia', isLatin: true });
  });

  it('gets its article by sound', () => {
    expect(['goldenrod', 'aloe', 'Eucalyptus', 'Ulmus', 'iris', 'Uncinia'].map(article)).toEqual([
      'A',
      'An',
      'A',
      'An',
      'An',
      'An',
    ]);
  });
});
