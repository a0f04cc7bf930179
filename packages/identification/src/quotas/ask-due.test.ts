import { expect, it } from 'vitest';
import { isAskDue } from './ask-due.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

it.each([
  ['never asked', 0, 0, false, true],
  ['asked an hour ago', NOW - 60 * MINUTE, NOW - 60 * MINUTE, false, true],
  ['asked by another less than an hour ago', NOW - 60 * MINUTE + 1, 0, false, false],
  ['nothing left, asked five minutes ago', NOW - 5 * MINUTE, NOW - 5 * MINUTE, true, true],
  ['nothing left, asked just now', NOW - 5 * MINUTE + 1, NOW - 5 * MINUTE + 1, true, false],
  ['tried in vain just now', 0, NOW - 5 * MINUTE + 1, false, false],
])('a provider that was %s', (_, askedAt, triedAt, isOut, due) => {
  expect(isAskDue(NOW, { askedAt, triedAt, isOut })).toBe(due);
});
