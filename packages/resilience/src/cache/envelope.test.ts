import { describe, expect, it } from 'vitest';
import { ageMs, decode, encode, isStale, keepMs } from './envelope.ts';

const fresh = encode('Rosa', { ttlMs: 100, staleMs: 700 }, 1000, 30);

it.each([null, 0, '', false, [], {}])('holds %j as a value', (value) => {
  const sealed = encode(value, { ttlMs: 1, staleMs: 0 }, 0, 30);
  expect(decode(JSON.parse(JSON.stringify(sealed)))).toEqual(sealed);
});

it.each([
  null,
  'Rosa',
  7,
  [],
  {},
  { ...fresh, v: 2 },
  { ...fresh, writtenAt: 'today' },
  { ...fresh, ttlMs: null },
  { v: 1, writtenAt: 1, ttlMs: 1, staleMs: 1, loadMs: 1, yields: false },
])('takes %j for none of ours', (read) => {
  expect(decode(read)).toBeUndefined();
});

describe('time', () => {
  it('makes it stale, then worthless', () => {
    expect([1000, 1099, 1100, 1699, 1700].map((now) => [isStale(fresh, now), keepMs(fresh, now)])).toEqual([
      [false, 700],
      [false, 601],
      [true, 600],
      [true, 1],
      [true, 0],
    ]);
  });

  it('never runs backwards, whatever another machine wrote', () => {
    expect(ageMs(fresh, 500)).toBe(0);
  });

  it('ends with the time to live when stale values are not wanted', () => {
    expect(keepMs(encode('x', { ttlMs: 100, staleMs: 0 }, 0, 30), 99)).toBe(1);
  });
});
