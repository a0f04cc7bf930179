import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { checkOptions } from './check-options.ts';
import type { CircuitOptions } from './types.ts';

const valid: CircuitOptions = {
  name: 'service',
  failMax: 1,
  resetTimeoutMs: 60_000,
  maxResetTimeoutMs: 60_000,
  successThreshold: 1,
  trialPermits: 1,
  classify: () => 'failure',
  clock: new FakeClock(),
};

it('takes what can be', () => {
  expect(() => checkOptions(valid)).not.toThrow();
});

it.each<Partial<CircuitOptions>>([
  { failMax: 0 },
  { failMax: 1.5 },
  { successThreshold: 0 },
  { trialPermits: 0 },
  { resetTimeoutMs: 0 },
  { resetTimeoutMs: Number.NaN },
  { resetTimeoutMs: Number.POSITIVE_INFINITY },
  { resetTimeoutMs: 3_000_000_000 },
  { maxResetTimeoutMs: Number.POSITIVE_INFINITY },
  { maxResetTimeoutMs: 59_999 },
  { trialDeadlineMs: 0 },
  { trialDeadlineMs: Number.POSITIVE_INFINITY },
])('refuses %j by name', (wrong) => {
  expect(() => checkOptions({ ...valid, ...wrong })).toThrow(new RegExp(`^${Object.keys(wrong)[0]} must`));
});
