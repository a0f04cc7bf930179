import { assert, double, property } from 'fast-check';
import { parseList } from 'structured-headers';
import { describe, expect, it } from 'vitest';
import { LONGEST_RETRY_S, limitedSeconds } from '../errors/rate-limited.ts';
import { rateHeaders } from './rate-headers.ts';

describe('rate limit headers', () => {
  it('have seconds until the reset in the draft’s fields and epoch seconds in the older ones', () => {
    const now = Date.UTC(2026, 2, 1, 12);
    const counted = {
      allowed: true,
      policy: 'identify-free',
      rate: { count: 100, windowMs: 3_600_000 },
      remaining: 97,
    };
    const headers = rateHeaders({ ...counted, resetAt: now + 1_311_001 }, [], now);
    expect(headers).toEqual({
      'RateLimit-Policy': '"identify-free";q=100;w=3600',
      RateLimit: '"identify-free";r=97;t=1312',
      'X-RateLimit-Limit': '100',
      'X-RateLimit-Remaining': '97',
      'X-RateLimit-Reset': String(now / 1000 + 1312),
    });
    expect(parseList(headers.RateLimit)).toHaveLength(1);
    expect(parseList(headers['RateLimit-Policy'])).toHaveLength(1);
  });

  it.each([
    [35_001, 36],
    [0, 1],
    [5_400_000, 3600],
  ])('of a refused call, with %i ms to wait, have the %i seconds of Retry-After', (wait, seconds) => {
    const now = Date.UTC(2026, 2, 1, 12);
    const rate = { count: 10, windowMs: 3_600_000 };
    const refused = { allowed: false, policy: 'identify-free', rate, remaining: 0, resetAt: now + wait };
    expect(rateHeaders(refused, [], now)).toMatchObject({
      RateLimit: `"identify-free";r=0;t=${seconds}`,
      'X-RateLimit-Reset': String(Math.ceil((now + wait) / 1000)),
    });
    expect(limitedSeconds(wait)).toBe(seconds);
  });
});

describe('Retry-After', () => {
  it('of a rate limit is a whole number of seconds from 1 to 3600, for any wait', () => {
    assert(
      property(double({ noNaN: true }), (milliseconds) => {
        const seconds = limitedSeconds(milliseconds);
        expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600).toBe(true);
      }),
    );
  });

  it('of a daily share is at most a day', () => {
    expect(limitedSeconds(90_000_000, LONGEST_RETRY_S.share)).toBe(86_400);
  });

  it('is never too short', () => {
    expect(limitedSeconds(1000)).toBe(1);
    expect(limitedSeconds(1001)).toBe(2);
  });
});
