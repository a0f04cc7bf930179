import { expect, it } from 'vitest';
import { isPollDue } from './poll-due.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

it.each([
  ['never asked', 0, 0, {}, true],
  ['asked an hour ago', NOW - 60 * MINUTE, NOW - 60 * MINUTE, {}, true],
  ['asked by another less than an hour ago', NOW - 60 * MINUTE + 1, 0, {}, false],
  ['nothing left, asked five minutes ago', NOW - 5 * MINUTE, NOW - 5 * MINUTE, { isExhausted: true }, true],
  ['nothing left, asked just now', NOW - 5 * MINUTE + 1, NOW - 5 * MINUTE + 1, { isExhausted: true }, false],
  ['tried in vain just now', 0, NOW - 5 * MINUTE + 1, {}, false],
  ['calls in doubt, asked a minute ago', NOW - MINUTE, NOW - MINUTE, { hasOverdueCalls: true }, true],
  ['calls in doubt, tried in vain just now', NOW - 5 * MINUTE, NOW - MINUTE + 1, { hasOverdueCalls: true }, false],
])('a provider that was %s', (_, polledAt, triedAt, state, due) => {
  expect(isPollDue(NOW, { polledAt: polledAt, triedAt, isExhausted: false, hasOverdueCalls: false, ...state })).toBe(
    due,
  );
});
