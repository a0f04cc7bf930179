import { expect, it } from 'vitest';
import { checkLeaseOptions } from './check-lease-options.ts';
import type { LeaseOptions } from './lease.ts';

const USUAL = { leaseMs: 1000, waitMs: 0 };

it.each<[keyof LeaseOptions, number]>([
  ['leaseMs', 0],
  ['leaseMs', 99],
  ['leaseMs', 100.5],
  ['leaseMs', 3e9],
  ['leaseMs', Number.NaN],
  ['waitMs', -1],
  ['waitMs', 3e9],
  ['waitMs', Number.POSITIVE_INFINITY],
  ['maxHoldMs', 0],
  ['maxHoldMs', 3e9],
])('a %s of %d cannot be', (name, value) => {
  expect(() => checkLeaseOptions({ ...USUAL, [name]: value })).toThrow(RangeError);
  expect(() => checkLeaseOptions({ ...USUAL, [name]: value })).toThrow(name);
});

it.each<LeaseOptions>([
  USUAL,
  { leaseMs: 100, waitMs: 0.5, maxHoldMs: 1 },
  { leaseMs: 2 ** 31 - 1, waitMs: 2 ** 31 - 1, maxHoldMs: 2 ** 31 - 1 },
])('%j can be', (options) => {
  expect(() => checkLeaseOptions(options)).not.toThrow();
});
