import { expect, it } from 'vitest';
import { deadlineOf } from './create-service.ts';

it.each([
  { name: '45 s with the default timeouts', timeouts: [35_000, 20_000], deadlineMs: 45_000 },
  { name: '5 s more than the longer timeout of the first provider', timeouts: [60_000, 20_000], deadlineMs: 65_000 },
  { name: '5 s more than the longer timeout of the second provider', timeouts: [35_000, 60_000], deadlineMs: 65_000 },
])('a request has $name', ({ timeouts, deadlineMs }) => {
  expect(deadlineOf(timeouts.map((timeoutMs) => ({ apiKey: 'k', timeoutMs })))).toBe(deadlineMs);
});

it('a request does not wait for the timeout of a provider that is off', () => {
  const providers = [
    { apiKey: undefined, timeoutMs: 60_000 },
    { apiKey: 'k', timeoutMs: 20_000 },
  ];
  expect(deadlineOf(providers)).toBe(45_000);
});
