import { describe, expect, it } from 'vitest';
import { ageMs, checkLifetime, decode, encode, isRefreshDue, isStale, remainingMs } from './envelope.ts';

const envelope = encode('Rosa', { ttlMs: 100, staleMs: 700 }, 1000, 30);

describe('an envelope', () => {
  it.each([null, 0, '', false, [], {}])('holds the value %j', (value) => {
    const encoded = encode(value, { ttlMs: 1 }, 0, 30);
    expect(decode(JSON.parse(JSON.stringify(encoded)))).toEqual(encoded);
  });

  it('has the fields that instances of earlier versions read', () => {
    const provisional = encode('Rosa', { ttlMs: 100, provisional: true }, 1000, 30);
    expect(provisional).toEqual({
      v: 1,
      value: 'Rosa',
      writtenAt: 1000,
      ttlMs: 100,
      staleMs: 0,
      loadMs: 30,
      yields: true,
    });
    expect(envelope).toMatchObject({ staleMs: 700, yields: false });
  });

  it.each([
    null,
    'Rosa',
    7,
    [],
    {},
    { ...envelope, v: 2 },
    { ...envelope, writtenAt: 'today' },
    { ...envelope, ttlMs: null },
    { v: 1, writtenAt: 1, ttlMs: 1, staleMs: 1, loadMs: 1, yields: false },
  ])('is not decoded from %j', (read) => {
    expect(decode(read)).toBeUndefined();
  });

  it('becomes stale after ttlMs and worthless after staleMs', () => {
    const at = (now: number) => ({ now, isStale: isStale(envelope, now), remainingMs: remainingMs(envelope, now) });
    expect([1000, 1099, 1100, 1699, 1700].map(at)).toEqual([
      { now: 1000, isStale: false, remainingMs: 700 },
      { now: 1099, isStale: false, remainingMs: 601 },
      { now: 1100, isStale: true, remainingMs: 600 },
      { now: 1699, isStale: true, remainingMs: 1 },
      { now: 1700, isStale: true, remainingMs: 0 },
    ]);
  });

  it('has no negative age, although the clock of another machine may be ahead', () => {
    expect(ageMs(envelope, 500)).toBe(0);
  });

  it('without staleMs is worthless after ttlMs', () => {
    expect(remainingMs(encode('x', { ttlMs: 100 }, 0, 30), 99)).toBe(1);
  });
});

describe('an early refresh', () => {
  const loaded = encode('Rosa', { ttlMs: 60_000 }, 0, 2000);

  it.each([0.5, 1, 2])('is as likely as the formula says, with beta %d', (beta) => {
    for (const leftMs of [500, 2000, 6000]) {
      const draws = Array.from({ length: 10_000 }, (_, n) => n / 10_000);
      const due = draws.filter((draw) => isRefreshDue(loaded, 60_000 - leftMs, () => draw, beta)).length;
      expect(due / draws.length).toBeCloseTo(Math.exp(-leftMs / (beta * 2000)), 3);
    }
  });

  it('is not due just after writing, and surely due at the end', () => {
    expect(isRefreshDue(loaded, 0, () => 0.999_999)).toBe(false);
    expect(isRefreshDue(loaded, 60_000, () => 0)).toBe(true);
  });

  it('is not due for a value that costs nothing to load', () => {
    expect(isRefreshDue(encode('Rosa', { ttlMs: 60_000 }, 0, 0), 59_999, () => 0.999)).toBe(false);
  });
});

describe('a lifetime', () => {
  it.each([
    { ttlMs: Number.NaN, staleMs: 0 },
    { ttlMs: Number.POSITIVE_INFINITY, staleMs: 0 },
    { ttlMs: 0, staleMs: 0 },
    { ttlMs: 1e18, staleMs: 0 },
    { ttlMs: 1000, staleMs: Number.NaN },
    { ttlMs: 1000, staleMs: -1 },
  ])('of ttlMs $ttlMs and staleMs $staleMs is refused', (lifetime) => {
    expect(() => checkLifetime(lifetime)).toThrow(RangeError);
  });
});
