import { describe, expect, it } from 'vitest';
import { agreementOf, type CircuitStates } from './standing.ts';

const closed: CircuitStates = { plant_id: 'closed', plantnet: 'closed' };
const open: CircuitStates = { plant_id: 'open', plantnet: 'closed' };

describe('the agreement of instances', () => {
  it.each<[string, Parameters<typeof agreementOf>[1], { agree: number; known: number }]>([
    ['alone', [{ ageMs: 0, states: closed }], { agree: 1, known: 1 }],
    [
      'all alike',
      [
        { ageMs: 0, states: closed },
        { ageMs: 15_000, states: closed },
      ],
      { agree: 2, known: 2 },
    ],
    [
      'one that sees another state',
      [
        { ageMs: 0, states: closed },
        { ageMs: 0, states: open },
      ],
      { agree: 1, known: 2 },
    ],
    [
      'one whose words are not ours',
      [
        { ageMs: 0, states: closed },
        { ageMs: 0, states: undefined },
      ],
      { agree: 1, known: 2 },
    ],
    [
      'one that is silent',
      [
        { ageMs: 0, states: closed },
        { ageMs: 15_001, states: closed },
      ],
      { agree: 1, known: 2 },
    ],
  ])('with %s', (_case, words, agreement) => {
    expect(agreementOf(closed, words)).toEqual(agreement);
  });
});
