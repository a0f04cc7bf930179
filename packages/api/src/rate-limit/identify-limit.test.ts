import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { inProcessRateLimiter } from '../testing/in-process-limits.ts';
import { createIdentifyLimit } from './identify-limit.ts';

const HOUR = 3_600_000;
const anonymous = { key: 'anonymous', policy: 'identify-anonymous', rate: { count: 10, windowMs: HOUR } };
const pro = { key: 'user:anna', policy: 'identify-pro', rate: { count: 200, windowMs: HOUR } };

function limitAt() {
  let use = 0;
  const clock = new FakeClock();
  const limit = createIdentifyLimit({ limiter: inProcessRateLimiter(clock), quotaUse: () => use });
  const useUp = (share: number) => {
    use = share;
  };
  return { clock, limit, useUp };
}

describe('the identify limit', () => {
  it('shrinks with the credits from the next call on, and keeps counted calls', async () => {
    const { limit, useUp } = limitAt();
    for (let call = 0; call < 15; call += 1) await limit.consume(pro);
    useUp(0.71);
    expect(await limit.consume(pro)).toMatchObject({ allowed: true, rate: { count: 100 }, remaining: 84 });
    useUp(0.91);
    expect(await limit.consume(pro)).toMatchObject({ allowed: true, rate: { count: 20 }, remaining: 3 });
    useUp(0);
    expect(await limit.consume(pro)).toMatchObject({ allowed: true, rate: { count: 200 }, remaining: 182 });
  });

  it('shrinks for anonymous callers too, to at least one call', async () => {
    const { limit, useUp } = limitAt();
    useUp(1);
    expect(await limit.consume(anonymous)).toMatchObject({ allowed: true, rate: { count: 1 }, remaining: 0 });
    expect(await limit.consume(anonymous)).toMatchObject({ allowed: false });
  });
});

describe('the usage of the identify limit', () => {
  it('is read without counting a call', async () => {
    const { clock, limit } = limitAt();
    await limit.consume(pro);
    clock.advance(60_000);
    const expected = { limit: 200, remaining: 199, resetAt: clock.now() + HOUR - 60_000 };
    for (let look = 0; look < 3; look += 1) expect(await limit.peek(pro)).toEqual(expected);
    expect((await limit.consume(pro)).remaining).toBe(198);
  });

  it('refers to the reduced rate as the credits run out', async () => {
    const { limit, useUp } = limitAt();
    for (let call = 0; call < 30; call += 1) await limit.consume(pro);
    useUp(0.95);
    expect(await limit.peek(pro)).toMatchObject({ limit: 20, remaining: 0 });
  });
});
