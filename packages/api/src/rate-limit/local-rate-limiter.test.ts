import { FakeClock } from '@plantcommunity/resilience/testing';
import { cpuTimeOf } from '@plantcommunity/telemetry/testing';
import { describe, expect, it } from 'vitest';
import { createLocalRateLimiter } from './local-rate-limiter.ts';

/** Limits the processor time of one call, in milliseconds: ten times the measured time. */
const MS_PER_CALL = 0.05;
const TWO_A_MINUTE = { count: 2, windowMs: 60_000 };

describe('the local rate limiter', () => {
  it('allows the rate, then no call until the oldest one is a window old', () => {
    const clock = new FakeClock();
    const local = createLocalRateLimiter(clock);
    const start = clock.now();
    expect(local.consume('anna', TWO_A_MINUTE)).toMatchObject({ allowed: true, remaining: 1, resetAt: start + 60_000 });
    clock.advance(10_000);
    expect(local.consume('anna', TWO_A_MINUTE)).toMatchObject({ allowed: true, remaining: 0, resetAt: start + 60_000 });
    clock.advance(49_999);
    expect(local.consume('anna', TWO_A_MINUTE)).toMatchObject({
      allowed: false,
      remaining: 0,
      resetAt: start + 60_000,
    });
    clock.advance(1);
    expect(local.consume('anna', TWO_A_MINUTE)).toMatchObject({ allowed: true, remaining: 0, resetAt: start + 70_000 });
  });

  it('peeks without counting', () => {
    const clock = new FakeClock();
    const local = createLocalRateLimiter(clock);
    const start = clock.now();
    expect(local.peek('anna', TWO_A_MINUTE)).toEqual({
      rate: TWO_A_MINUTE,
      remaining: 2,
      resetAt: start + 60_000,
      fullAt: start,
    });
    local.consume('anna', TWO_A_MINUTE);
    clock.advance(20_000);
    local.consume('anna', TWO_A_MINUTE);
    expect(local.peek('anna', TWO_A_MINUTE)).toMatchObject({
      remaining: 0,
      resetAt: start + 60_000,
      fullAt: start + 80_000,
    });
    clock.advance(40_000);
    expect(local.peek('anna', TWO_A_MINUTE)).toMatchObject({
      remaining: 1,
      resetAt: start + 80_000,
      fullAt: start + 80_000,
    });
  });

  it('allows no call after the rate has shrunk, until enough calls are a window old', () => {
    const clock = new FakeClock();
    const local = createLocalRateLimiter(clock);
    const start = clock.now();
    for (let call = 0; call < 4; call += 1) {
      local.consume('anna', { count: 4, windowMs: 60_000 });
      clock.advance(1_000);
    }
    expect(local.consume('anna', TWO_A_MINUTE)).toMatchObject({ allowed: false, resetAt: start + 62_000 });
    clock.advance(57_999);
    expect(local.consume('anna', TWO_A_MINUTE).allowed).toBe(false);
    clock.advance(1);
    expect(local.consume('anna', TWO_A_MINUTE).allowed).toBe(true);
  });

  it('counts callers separately', () => {
    const local = createLocalRateLimiter(new FakeClock());
    local.consume('anna', TWO_A_MINUTE);
    local.consume('anna', TWO_A_MINUTE);
    expect(local.consume('anna', TWO_A_MINUTE).allowed).toBe(false);
    expect(local.consume('ben', TWO_A_MINUTE).allowed).toBe(true);
  });

  it('refunds a call once, and a refused call never', async () => {
    const local = createLocalRateLimiter(new FakeClock());
    const first = local.consume('anna', TWO_A_MINUTE);
    local.consume('anna', TWO_A_MINUTE);
    await local.consume('anna', TWO_A_MINUTE).refund();
    expect(local.consume('anna', TWO_A_MINUTE).allowed).toBe(false);
    await first.refund();
    expect(local.consume('anna', TWO_A_MINUTE).allowed).toBe(true);
    expect(local.consume('anna', TWO_A_MINUTE).allowed).toBe(false);
  });

  describe('with more callers than fit into memory', () => {
    const FIVE_A_MINUTE = { count: 5, windowMs: 60_000 };
    const fill = (local: ReturnType<typeof createLocalRateLimiter>, count: number) => {
      for (let n = 0; n < count; n += 1) local.consume(`caller ${n}`, FIVE_A_MINUTE);
    };
    const letThrough = (local: ReturnType<typeof createLocalRateLimiter>, key: string) =>
      Array.from({ length: 10 }, () => local.consume(key, FIVE_A_MINUTE).allowed).filter(Boolean).length;

    it('keeps the most recent callers', () => {
      const local = createLocalRateLimiter(new FakeClock(), 100);
      expect(letThrough(local, 'anna')).toBe(5);
      for (let round = 0; round < 10; round += 1) {
        fill(local, 90);
        expect(local.consume('anna', FIVE_A_MINUTE).allowed).toBe(false);
      }
    });

    it('allows an evicted caller one call, not a full window', () => {
      const clock = new FakeClock();
      const local = createLocalRateLimiter(clock, 100);
      expect(letThrough(local, 'anna')).toBe(5);
      fill(local, 300);
      expect(local.peek('anna', FIVE_A_MINUTE)).toMatchObject({ remaining: 1, fullAt: clock.now() + 60_000 });
      expect(letThrough(local, 'anna')).toBe(1);
      clock.advance(60_000);
      expect(letThrough(local, 'anna')).toBe(5);
    });

    it('allows new callers the full rate once no evicted call can count any more', () => {
      const clock = new FakeClock();
      const local = createLocalRateLimiter(clock, 100);
      fill(local, 300);
      expect(letThrough(local, 'ben')).toBe(1);
      expect(local.peek('carla', { count: 5, windowMs: 1_000 }).remaining).toBe(5);
      clock.advance(60_000);
      expect(letThrough(local, 'carla')).toBe(5);
    });

    it('evicts no caller for refunded calls', async () => {
      const local = createLocalRateLimiter(new FakeClock(), 100);
      expect(letThrough(local, 'anna')).toBe(5);
      for (let n = 0; n < 1_000; n += 1) await local.consume(`caller ${n}`, FIVE_A_MINUTE).refund();
      expect(local.consume('anna', FIVE_A_MINUTE).allowed).toBe(false);
      expect(letThrough(local, 'ben')).toBe(5);
    });
  });

  it('costs the same per call with 20,000 callers as with few', async () => {
    const clock = new FakeClock();
    const local = createLocalRateLimiter(clock);
    const rate = { count: 100, windowMs: 3_600_000 };
    const calls = 20_000;
    const callAll = () => {
      for (let n = 0; n < calls; n += 1) local.consume(`caller ${n}`, rate);
    };
    callAll();
    // A sweep of all callers in each call took 0.45 ms.
    expect((await cpuTimeOf(callAll)) / calls).toBeLessThan(MS_PER_CALL);
  });
});
