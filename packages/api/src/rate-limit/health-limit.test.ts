import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { createHealthLimit, type HealthLimit } from './health-limit.ts';

const HERE = '203.0.113.7';

/** Returns how many of `calls` are allowed. */
function letThrough(limit: HealthLimit, address: string | undefined, calls: number): number {
  let count = 0;
  for (let call = 0; call < calls; call += 1) {
    try {
      limit.consume(address);
      count += 1;
    } catch {
      // A refused call does not count.
    }
  }
  return count;
}

describe('the health limit', () => {
  it('allows a burst of 100, then 50 a second', () => {
    const clock = new FakeClock();
    const limit = createHealthLimit(clock);
    expect(letThrough(limit, HERE, 4_000)).toBe(100);
    clock.advance(1_000);
    expect(letThrough(limit, HERE, 4_000)).toBe(50);
    clock.advance(2_000);
    expect(letThrough(limit, HERE, 4_000)).toBe(100);
    clock.advance(60_000);
    expect(letThrough(limit, HERE, 4_000)).toBe(100);
  });

  it('refuses with 429 and Retry-After', () => {
    const limit = createHealthLimit(new FakeClock());
    letThrough(limit, HERE, 100);
    expect(() => limit.consume(HERE)).toThrow(
      expect.objectContaining({ code: 'rate_limited', status: 429, headers: { 'Retry-After': '1' } }),
    );
  });

  it('counts addresses separately, an IPv6 /64 as one and unknown addresses as one', () => {
    const limit = createHealthLimit(new FakeClock());
    expect(letThrough(limit, HERE, 200)).toBe(100);
    expect(letThrough(limit, '203.0.113.8', 200)).toBe(100);
    expect(letThrough(limit, '2001:db8:1:2::1', 99)).toBe(99);
    expect(letThrough(limit, '2001:db8:1:2:ffff::2', 200)).toBe(1);
    expect(letThrough(limit, '2001:db8:1:3::1', 200)).toBe(100);
    expect(letThrough(limit, undefined, 200)).toBe(100);
  });

  it('keeps the 10,000 most recent addresses', () => {
    const limit = createHealthLimit(new FakeClock());
    letThrough(limit, HERE, 100);
    const others = Array.from({ length: 9_999 }, (_, n) => `10.1.${n >> 8}.${n & 255}`);
    for (const address of others) limit.consume(address);
    expect(letThrough(limit, HERE, 10)).toBe(0);
    limit.consume('198.51.100.1');
    expect(letThrough(limit, HERE, 10)).toBe(10);
  });
});
