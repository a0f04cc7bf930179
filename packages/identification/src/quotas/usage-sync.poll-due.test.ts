import { describe, expect, it } from 'vitest';
import { isPollDue } from './usage-sync.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

describe('a usage request', () => {
  it.each([
    { name: 'due when none was sent', polledAt: 0, triedAt: 0, state: {}, due: true },
    {
      name: 'due an hour after the last',
      polledAt: NOW - 60 * MINUTE,
      triedAt: NOW - 60 * MINUTE,
      state: {},
      due: true,
    },
    {
      name: 'not due within an hour after that of another process',
      polledAt: NOW - 60 * MINUTE + 1,
      triedAt: 0,
      state: {},
      due: false,
    },
    {
      name: 'due five minutes after the last while no credits are left',
      polledAt: NOW - 5 * MINUTE,
      triedAt: NOW - 5 * MINUTE,
      state: { isExhausted: true },
      due: true,
    },
    {
      name: 'not due within five minutes while no credits are left',
      polledAt: NOW - 5 * MINUTE + 1,
      triedAt: NOW - 5 * MINUTE + 1,
      state: { isExhausted: true },
      due: false,
    },
    {
      name: 'not due within five minutes after a failed one',
      polledAt: 0,
      triedAt: NOW - 5 * MINUTE + 1,
      state: {},
      due: false,
    },
    {
      name: 'due a minute after the last while the cost of calls is unknown',
      polledAt: NOW - MINUTE,
      triedAt: NOW - MINUTE,
      state: { hasOverdueCalls: true },
      due: true,
    },
    {
      name: 'not due within a minute after a failed one while the cost of calls is unknown',
      polledAt: NOW - 5 * MINUTE,
      triedAt: NOW - MINUTE + 1,
      state: { hasOverdueCalls: true },
      due: false,
    },
  ])('is $name', ({ polledAt, triedAt, state, due }) => {
    expect(isPollDue(NOW, { polledAt, triedAt, isExhausted: false, hasOverdueCalls: false, ...state })).toBe(due);
  });
});
