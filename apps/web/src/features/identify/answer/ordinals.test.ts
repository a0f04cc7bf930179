import { describe, expect, it } from 'vitest';
import { ordinal } from './ordinals.ts';

describe('ordinal', () => {
  it('says a place', () => {
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
