import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { createLocalWindow } from './local-window.ts';

const TWO_A_MINUTE = { count: 2, windowMs: 60_000 };

describe('the window of one process', () => {
  it('lets through the number, then nothing until the oldest call is a window old', () => {
    const clock = new FakeClock();
    const local = createLocalWindow(clock);
    const start = clock.now();
    expect(local.take('anna', TWO_A_MINUTE)).toMatchObject({ allowed: true, remaining: 1, resetAt: start + 60_000 });
    clock.advance(10_000);
    expect(local.take('anna', TWO_A_MINUTE)).toMatchObject({ allowed: true, remaining: 0, resetAt: start + 60_000 });
    clock.advance(49_999);
    expect(local.take('anna', TWO_A_MINUTE)).toMatchObject({ allowed: false, remaining: 0, resetAt: start + 60_000 });
    clock.advance(1);
    expect(local.take('anna', TWO_A_MINUTE)).toMatchObject({ allowed: true, remaining: 0, resetAt: start + 70_000 });
  });

  it('tells how it stands without counting', () => {
    const clock = new FakeClock();
    const local = createLocalWindow(clock);
    const start = clock.now();
    expect(local.look('anna', TWO_A_MINUTE)).toEqual({
      rate: TWO_A_MINUTE,
      remaining: 2,
      resetAt: start + 60_000,
      fullAt: start,
    });
    local.take('anna', TWO_A_MINUTE);
    clock.advance(20_000);
    local.take('anna', TWO_A_MINUTE);
    expect(local.look('anna', TWO_A_MINUTE)).toMatchObject({
      remaining: 0,
      resetAt: start + 60_000,
      fullAt: start + 80_000,
    });
    clock.advance(40_000);
    expect(local.look('anna', TWO_A_MINUTE)).toMatchObject({
      remaining: 1,
      resetAt: start + 80_000,
      fullAt: start + 80_000,
    });
  });

  it('lets nobody in before enough calls are a window old when the number has shrunk', () => {
    const clock = new FakeClock();
    const local = createLocalWindow(clock);
    const start = clock.now();
    for (let call = 0; call < 4; call += 1) {
      local.take('anna', { count: 4, windowMs: 60_000 });
      clock.advance(1_000);
    }
    expect(local.take('anna', TWO_A_MINUTE)).toMatchObject({ allowed: false, resetAt: start + 62_000 });
    clock.advance(57_999);
    expect(local.take('anna', TWO_A_MINUTE).allowed).toBe(false);
    clock.advance(1);
    expect(local.take('anna', TWO_A_MINUTE).allowed).toBe(true);
  });

  it('counts callers apart', () => {
    const local = createLocalWindow(new FakeClock());
    local.take('anna', TWO_A_MINUTE);
    local.take('anna', TWO_A_MINUTE);
    expect(local.take('anna', TWO_A_MINUTE).allowed).toBe(false);
    expect(local.take('ben', TWO_A_MINUTE).allowed).toBe(true);
  });

  it('takes a call back once, and a refused one never', async () => {
    const local = createLocalWindow(new FakeClock());
    const first = local.take('anna', TWO_A_MINUTE);
    local.take('anna', TWO_A_MINUTE);
    await local.take('anna', TWO_A_MINUTE).giveBack();
    expect(local.take('anna', TWO_A_MINUTE).allowed).toBe(false);
    await first.giveBack();
    expect(local.take('anna', TWO_A_MINUTE).allowed).toBe(true);
    expect(local.take('anna', TWO_A_MINUTE).allowed).toBe(false);
  });
});
