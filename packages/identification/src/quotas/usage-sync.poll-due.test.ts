import { describe, expect, it } from 'vitest';
import { isPollDue } from './usage-sync.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

describe('a usage request', () => {
  it.each([
    ['due when none was sent', 0, 0, {}, true],
    ['due an hour after the last', NOW - 60 * MINUTE, NOW - 60 * MINUTE, {}, true],
    ['not due within an hour after that of another process', NOW - 60 * MINUTE + 1, 0, {}, false],
    [
      'due five minutes after the last while no credits are left',
      NOW - 5 * MINUTE,
      NOW - 5 * MINUTE,
      { isExhausted: true },
      true,
    ],
    [
      'not due within five minutes while no credits are left',
      NOW - 5 * MINUTE + 1,
      NOW - 5 * MINUTE + 1,
      { isExhausted: true },
      false,
    ],
    ['not due within five minutes after a failed one', 0, NOW - 5 * MINUTE + 1, {}, false],
    [
      'due a minute after the last while the cost of calls is unknown',
      NOW - MINUTE,
      NOW - MINUTE,
      { hasOverdueCalls: true },
      true,
    ],
    [
      'not due within a minute after a failed one while the cost of calls is unknown',
      NOW - 5 * MINUTE,
      NOW - MINUTE + 1,
      { hasOverdueCalls: true },
      false,
    ],
  ])('is %s', (_, polledAt, triedAt, state, due) => {
    expect(isPollDue(NOW, { polledAt, triedAt, isExhausted: false, hasOverdueCalls: false, ...state })).toBe(due);
  });
});
