import { expect, it } from 'vitest';
import { subjectOf } from './subject.ts';

it('a user is the same subject at every address', () => {
  expect(subjectOf({ userId: 'anna' }, '203.0.113.7')).toBe('user:anna');
  expect(subjectOf({ userId: 'anna' }, undefined)).toBe('user:anna');
});

it.each([
  ['203.0.113.7', 'address:203.0.113.7'],
  ['2001:db8:1:2::7', 'address:2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', 'address:2001:db8:1:2::/64'],
  [undefined, 'address:unknown'],
])('anonymous callers at %s share the subject %s', (address, subject) => {
  expect(subjectOf(undefined, address)).toBe(subject);
});
