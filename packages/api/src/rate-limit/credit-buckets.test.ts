import { array, assert, integer, nat, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CreditShare, HOUR_MS, hourOf, shareStatus, usedCredits } from './credit-buckets.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const hour = hourOf(NOON);
const share: CreditShare = { key: 'user:anna', policy: 'credits-free', limit: 10 };

describe('the status of a daily share', () => {
  it('counts the credits of 24 hours, including the current one', () => {
    const buckets = new Map([
      [hour - 24, 100],
      [hour - 23, 4],
      [hour, 3],
    ]);
    expect(usedCredits(buckets, NOON + 1_234)).toBe(7);
    expect(shareStatus(share, buckets, NOON, 2)).toMatchObject({ allowed: true, remaining: 3 });
    expect(shareStatus(share, buckets, NOON, 4)).toMatchObject({ allowed: false, remaining: 3 });
  });

  it('reports when enough credits are available for a refused caller', () => {
    const buckets = new Map([
      [hour - 3, 4],
      [hour - 20, 1],
      [hour, 5],
    ]);
    expect(shareStatus(share, buckets, NOON, 1).resetAt).toBe((hour - 20 + 24) * HOUR_MS);
    expect(shareStatus(share, buckets, NOON, 2).resetAt).toBe((hour - 3 + 24) * HOUR_MS);
    expect(shareStatus(share, buckets, NOON, 11).resetAt).toBe(NOON + 24 * HOUR_MS);
  });

  it('reports when the next and when all credits are available again', () => {
    const buckets = new Map([
      [hour - 3, 4],
      [hour, 5],
    ]);
    expect(shareStatus(share, buckets, NOON, 0)).toMatchObject({
      resetAt: (hour + 21) * HOUR_MS,
      fullAt: (hour + 24) * HOUR_MS,
    });
    expect(shareStatus(share, new Map(), NOON, 0)).toMatchObject({ remaining: 10, fullAt: NOON });
  });

  it('allows a refused call exactly from its resetAt on, a day later at most', () => {
    const spent = array(tuple(nat(23), integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 24 });
    assert(
      property(spent, nat(HOUR_MS - 1), integer({ min: 1, max: 10 }), (ages, into, wanted) => {
        const buckets = new Map(ages.map(([age, credits]) => [hour - age, credits]));
        const now = NOON + into;
        const { allowed, resetAt } = shareStatus(share, buckets, now, wanted);
        if (allowed) return;
        expect(resetAt - now).toBeLessThanOrEqual(24 * HOUR_MS);
        expect(shareStatus(share, buckets, resetAt, wanted).allowed).toBe(true);
        expect(shareStatus(share, buckets, resetAt - 1, wanted).allowed).toBe(false);
      }),
    );
  });
});
