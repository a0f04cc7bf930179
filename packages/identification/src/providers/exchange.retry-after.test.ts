import { expect, test } from 'vitest';
import { parseRetryAfter } from './exchange.ts';

const now = Date.UTC(2026, 6, 1, 22, 0, 0);

test.each([
  { name: 'seconds', header: '120', expected: 120_000 },
  { name: 'zero seconds', header: '0', expected: 0 },
  { name: 'an HTTP date', header: 'Thu, 02 Jul 2026 00:00:00 GMT', expected: 7_200_000 },
  { name: 'a date of the old form', header: 'Thursday, 02-Jul-26 00:00:00 GMT', expected: 7_200_000 },
  { name: 'a date that has passed', header: 'Wed, 01 Jul 2026 21:00:00 GMT', expected: 0 },
])('parseRetryAfter reads $name', ({ header, expected }) => {
  expect(parseRetryAfter(header, now)).toBe(expected);
});

test.each([null, '', 'soon', '-5', '1.5', '1e9', '99999999999999999999', 'Thu, 99 Foo 2026'])(
  'parseRetryAfter ignores %j',
  (header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  },
);
