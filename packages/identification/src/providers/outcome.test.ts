import { expect, test } from 'vitest';
import { ProviderError } from '../types.ts';
import { outcomeOf } from './outcome.ts';

test.each([
  ['failed', 'failure'],
  ['timeout', 'failure'],
  ['rejected', 'success'],
  ['quota', 'ignored'],
  ['misconfigured', 'ignored'],
] as const)('%s is a %s of the circuit', (type, outcome) => {
  expect(outcomeOf(new ProviderError('plant_id', type, ''))).toBe(outcome);
});

test('a caller who left says nothing about the service', () => {
  expect(outcomeOf(new DOMException('', 'AbortError'))).toBe('ignored');
});
