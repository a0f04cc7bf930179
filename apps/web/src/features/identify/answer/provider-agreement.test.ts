import { describe, expect, it } from 'vitest';
import type { Identification, Suggestion } from '../../../lib/wire.ts';
import { candidateSources, ordinal, providerAgreement } from './provider-agreement.ts';

const answered = { status: 'answered' } as const;

function suggestion(name: string, sources: Suggestion['sources'], probability?: number): Suggestion {
  return {
    plant_name: name,
    scientific_name: name,
    images: [],
    sources,
    ...(probability === undefined ? {} : { probability }),
  };
}

function linesOf(suggestions: Suggestion[], providers: Identification['providers']): string[] {
  return providerAgreement({ suggestions, providers }).map(({ heading, provider, text: says, latin }) =>
    [heading, provider, says.replace('\u00a0', ' ').replace('\u00a0', ' '), latin].filter(Boolean).join(' | '),
  );
}

const fromPlantId = { provider: 'plant_id', score: 0.87, rank: 1, of: 5 } as const;
const fromPlantnet = { provider: 'plantnet', score: 0.31, rank: 1, of: 10 } as const;

describe('providerAgreement', () => {
  it('lists which provider named the plant and which agrees, with ranks instead of scores', () => {
    expect(
      linesOf([suggestion('Begonia', [fromPlantId, fromPlantnet], 0.87)], { plant_id: answered, plantnet: answered }),
    ).toEqual(['Named by | plant_id | 87 % sure', 'Agreed by | plantnet | its first choice of 10']);
  });

  it('names the first choice of a provider that differs', () => {
    const suggestions = [
      suggestion('Begonia grandis', [fromPlantId], 0.87),
      suggestion('Begonia cucullata', [fromPlantnet]),
    ];
    expect(linesOf(suggestions, { plant_id: answered, plantnet: answered })).toContain(
      'Otherwise | plantnet | whose first choice is | Begonia cucullata',
    );
  });

  it('lists a provider without an answer, but none that is off', () => {
    const one = [suggestion('Begonia', [fromPlantnet])];
    expect(linesOf(one, { plant_id: { status: 'resting' }, plantnet: answered })).toEqual([
      'Named by | plantnet | its first choice of 10',
      'Resting | plant_id',
    ]);
    expect(linesOf(one, { plant_id: { status: 'off' }, plantnet: answered })).toHaveLength(1);
  });
});

describe('candidateSources', () => {
  it('names the providers of a candidate', () => {
    expect(candidateSources(suggestion('A', [fromPlantId, { ...fromPlantnet, rank: 3 }]))).toBe(
      'Plant.id, and third at Pl@ntNet',
    );
    expect(candidateSources(suggestion('A', [{ ...fromPlantnet, rank: 2 }]))).toBe('Pl@ntNet, second choice');
    expect(candidateSources(suggestion('A', [fromPlantId]))).toBe('Plant.id');
  });
});

describe('ordinal', () => {
  it('formats ranks as words up to ten', () => {
    expect([1, 3, 10, 11, 12, 13, 21, 22, 101, 111].map(ordinal)).toEqual([
      'first',
      'third',
      'tenth',
      '11th',
      '12th',
      '13th',
      '21st',
      '22nd',
      '101st',
      '111th',
    ]);
  });
});
