import { describe, expect, it } from 'vitest';
import { addCounts, countsOf, decodeCounts, encodeCounts, noCounts } from './minute-counts.ts';

const NAMES = ['plant_id', 'plantnet'] as const;

function someCounts() {
  const counts = noCounts();
  const plantId = countsOf(counts, 'plant_id');
  plantId.outcomes.ok = 2;
  plantId.outcomes.cached = 3;
  plantId.durations.record(900);
  plantId.leases = 2;
  plantId.failures = 1;
  plantId.lastFailureAt = 5;
  plantId.savedCredits = 6;
  counts.answers.fresh = 2;
  counts.lookups.memory = 3;
  counts.refused.pro = 4;
  counts.responses = 9;
  counts.serverErrors = 1;
  counts.leaseWaits.record(20);
  counts.leaseTimeouts = 1;
  return counts;
}

describe('the counts of a minute', () => {
  it('are read as they were written', () => {
    expect(decodeCounts(encodeCounts(someCounts()), NAMES)).toEqual(someCounts());
    expect(decodeCounts(encodeCounts(noCounts()), NAMES)).toEqual(noCounts());
  });

  it('of two processes add up, but for failures in a row, which all of them see', () => {
    const sum = someCounts();
    addCounts(sum, someCounts());
    const { durations, ...plantId } = countsOf(sum, 'plant_id');
    expect(plantId).toMatchObject({ leases: 4, failures: 1, lastFailureAt: 5, savedCredits: 12 });
    expect(plantId.outcomes).toMatchObject({ ok: 4, cached: 6 });
    expect(durations.total).toBe(2);
    expect(sum).toMatchObject({ responses: 18, serverErrors: 2, leaseTimeouts: 2 });
    expect({ answers: sum.answers.fresh, lookups: sum.lookups.memory, refused: sum.refused.pro }).toEqual({
      answers: 4,
      lookups: 6,
      refused: 8,
    });
    expect(sum.leaseWaits.total).toBe(2);
  });

  it('leave out a provider and an outcome that this version does not know, and are 0 where an older one counts nothing', () => {
    const { providers, ...others } = JSON.parse(encodeCounts(someCounts())) as Record<string, Record<string, unknown>>;
    const written = {
      ...others,
      answers: { fresh: 2, guessed: 7 },
      providers: { ...providers, flora: providers?.['plant_id'] },
    };
    expect(decodeCounts(JSON.stringify(written), NAMES)).toEqual(someCounts());
  });

  it.each(['', '{', '[]', '{"providers":{}}'])('cannot be read from %j', (text) => {
    expect(decodeCounts(text, NAMES)).toBeUndefined();
  });
});
