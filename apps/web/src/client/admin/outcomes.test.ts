import { describe, expect, it } from 'vitest';
import { outcomeParts } from './outcomes.ts';
import { circuitOf } from './testing/circuit-of.ts';

const said = (given: Partial<ReturnType<typeof circuitOf>['outcomes']>) =>
  outcomeParts({ outcomes: { ...circuitOf().outcomes, ...given } }).map(({ count, word }) => `${word} ${count}`);

describe('what became of the questions', () => {
  it('is told in one order, what did not happen too', () => {
    expect(said({ success: 1_240, timeout: 13, cached: 1_480 })).toEqual([
      'success 1240',
      'failure 0',
      'timeout 13',
      'refused, open 0',
      'isolated 0',
      'cache hit 1480',
      'stale 0',
    ]);
  });

  it('names what was held back for another reason only when there is some', () => {
    expect(said({ held_back: 2 })).toContain('no credits, key or room 2');
    expect(said({}).join()).not.toContain('credits');
  });
});
