import { expect, it } from 'vitest';
import { deadlineOf } from './create-service.ts';

it.each([
  ['45 s with the default timeouts', [35_000, 20_000], 45_000],
  ['5 s after the longest call that an enabled provider may take', [60_000, 20_000], 65_000],
  ['5 s after the longest call of the other provider', [35_000, 60_000], 65_000],
] as const)('a request has %s', (_what, [plantId, plantnet], expected) => {
  const providers = [plantId, plantnet].map((timeoutMs) => ({ apiKey: 'k', timeoutMs }));
  expect(deadlineOf(providers)).toBe(expected);
});

it('a request does not wait for the timeout of a provider that is off', () => {
  const providers = [
    { apiKey: undefined, timeoutMs: 60_000 },
    { apiKey: 'k', timeoutMs: 20_000 },
  ];
  expect(deadlineOf(providers)).toBe(45_000);
});
