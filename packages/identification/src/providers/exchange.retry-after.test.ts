import { expect, test } from 'vitest';
import { parseRetryAfter } from './exchange.ts';

const now = Date.UTC(2026, 6, 1, 22, 0, 0);

test.each([
  ['seconds', '120', 120_000],
  ['zero seconds', '0', 0],
  ['an HTTP date', 'Thu, 02 Jul 2026 00:00:00 GMT', 7_200_000],
  ['a date of the old form', 'Thursday, 02-Jul-26 00:00:00 GMT', 7_200_000],
  ['a date that has passed', 'Wed, 01 Jul 2026 21:00:00 GMT', 0],
])('parseRetryAfter reads %s', (_, header, expected) => {
  expect(parseRetryAfter(header, now)).toBe(expected);
});

test.each([null, '', 'soon', '-5', '1.5', '1e9', '99999999999999999999', 'Thu, 99 Foo 2026'])(
  'parseRetryAfter ignores %j',
  (header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  },
);
