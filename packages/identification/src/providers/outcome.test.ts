import { expect, test } from 'vitest';
import { ProviderError } from '../provider.ts';
import { outcomeOf } from './outcome.ts';

test.each([
  ['failed', 'failure'],
  ['timeout', 'failure'],
  ['rejected', 'success'],
  ['quota', 'ignored'],
  ['misconfigured', 'ignored'],
] as const)('%s is a %s of the circuit', (kind, outcome) => {
  expect(outcomeOf(new ProviderError('plant_id', kind, ''))).toBe(outcome);
});

test('a caller who left says nothing about the service', () => {
  expect(outcomeOf(new DOMException('', 'AbortError'))).toBe('ignored');
});
