import { describe, expect, it } from 'vitest';
import { agreementOf, type Standing } from './standing.ts';

const closed: Standing = { plant_id: 'closed', plantnet: 'closed' };
const open: Standing = { plant_id: 'open', plantnet: 'closed' };

describe('the agreement of instances', () => {
  it.each<[string, Parameters<typeof agreementOf>[1], { agree: number; known: number }]>([
    ['alone', [{ ageMs: 0, standing: closed }], { agree: 1, known: 1 }],
    [
      'all alike',
      [
        { ageMs: 0, standing: closed },
        { ageMs: 15_000, standing: closed },
      ],
      { agree: 2, known: 2 },
    ],
    [
      'one that sees another state',
      [
        { ageMs: 0, standing: closed },
        { ageMs: 0, standing: open },
      ],
      { agree: 1, known: 2 },
    ],
    [
      'one whose words are not ours',
      [
        { ageMs: 0, standing: closed },
        { ageMs: 0, standing: undefined },
      ],
      { agree: 1, known: 2 },
    ],
    [
      'one that is silent',
      [
        { ageMs: 0, standing: closed },
        { ageMs: 15_001, standing: closed },
      ],
      { agree: 1, known: 2 },
    ],
  ])('with %s', (_case, words, agreement) => {
    expect(agreementOf(closed, words)).toEqual(agreement);
  });
});
