import { describe, expect, it } from 'vitest';
import { checkLeaseOptions } from './leases.ts';
import type { LeaseOptions } from './types.ts';

const USUAL = { ttlMs: 1000, waitMs: 0 };

describe('checkLeaseOptions', () => {
  it.each<[keyof LeaseOptions, number]>([
    ['ttlMs', 0],
    ['ttlMs', 99],
    ['ttlMs', 100.5],
    ['ttlMs', 3e9],
    ['ttlMs', Number.NaN],
    ['waitMs', -1],
    ['waitMs', 3e9],
    ['waitMs', Number.POSITIVE_INFINITY],
    ['maxHoldMs', 0],
    ['maxHoldMs', 3e9],
  ])('refuses a %s of %d', (name, value) => {
    expect(() => checkLeaseOptions({ ...USUAL, [name]: value })).toThrow(RangeError);
    expect(() => checkLeaseOptions({ ...USUAL, [name]: value })).toThrow(name);
  });

  it.each<LeaseOptions>([
    USUAL,
    { ttlMs: 100, waitMs: 0.5, maxHoldMs: 1 },
    { ttlMs: 2 ** 31 - 1, waitMs: 2 ** 31 - 1, maxHoldMs: 2 ** 31 - 1 },
  ])('accepts %j', (options) => {
    expect(() => checkLeaseOptions(options)).not.toThrow();
  });
});
