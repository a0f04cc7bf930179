import { expect, it } from 'vitest';
import { scarcestCredits, usageText } from './usage.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const usage = { limit: 100, remaining: 63, reset_at: '2026-11-22T14:40:00.000Z' };

it('usageText has the rest, and the time of the reset in the reader’s time zone', () => {
  expect(usageText(usage, NOON, 'Europe/Berlin')).toEqual({
    left: '63 of 100 left',
    again: 'full again at 15:40',
    share: 0.63,
  });
});

it('usageText has the day of a distant reset', () => {
  const far = { ...usage, reset_at: '2026-11-23T08:10:00.000Z' };
  expect(usageText(far, NOON, 'UTC').again).toBe('full again at 23 Nov, 08:10');
});

it('usageText has no time while the time zone is unknown or nothing is used', () => {
  expect(usageText(usage, NOON, undefined).again).toBeUndefined();
  expect(usageText({ limit: 1000, remaining: 1000, reset_at: usage.reset_at }, NOON, 'UTC')).toEqual({
    left: '1,000 of 1,000 left',
    again: undefined,
    share: 1,
  });
});

it('usageText names another unit than identifications', () => {
  expect(usageText({ ...usage, limit: 1200, remaining: 1198 }, NOON, 'UTC', 'credits').left).toBe(
    '1,198 of 1,200 credits left',
  );
});

it('scarcestCredits returns the share with the fewest credits, the account’s own when both are equal', () => {
  const account = { policy: 'credits-free', limit: 400, remaining: 40, reset_at: usage.reset_at } as const;
  const address = { ...account, policy: 'credits-address', limit: 1200 } as const;
  expect(scarcestCredits([account, address])).toBe(account);
  expect(scarcestCredits([account, { ...address, remaining: 2 }])?.policy).toBe('credits-address');
  expect(scarcestCredits()).toBeUndefined();
});
