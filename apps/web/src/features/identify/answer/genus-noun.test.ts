import { describe, expect, it } from 'vitest';
import { article, genusNoun } from './genus-noun.ts';

describe('genusNoun', () => {
  const species = (plant_name: string, scientific_name: string) => ({
    plant_name,
    scientific_name,
    genus: scientific_name.split(' ')[0] ?? '',
    images: [],
    sources: [],
  });

  it('is the word the names of its species end in', () => {
    const suggestions = [
      species('Canada goldenrod', 'Solidago canadensis'),
      species('Giant Goldenrod', 'Solidago gigantea'),
      species('Rabbitbrush', 'Ericameria nauseosa'),
      species('Solidago velutina', 'Solidago velutina'),
    ];
    expect(genusNoun(suggestions, 'Solidago')).toEqual({ noun: 'goldenrod', isLatin: false });
  });

  it('is the genus when the names do not agree or there is only one', () => {
    const suggestions = [species('Wax begonia', 'Begonia cucullata'), species('Angel wing', 'Begonia coccinea')];
    expect(genusNoun(suggestions, 'Begonia')).toEqual({ noun: 'Begonia', isLatin: true });
    expect(genusNoun(suggestions.slice(0, 1), 'Begonia')).toEqual({ noun: 'Begonia', isLatin: true });
  });

  it('has its article', () => {
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
