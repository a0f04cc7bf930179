import { describe, expect, it } from 'vitest';
import { createPace, type PaceVerdict } from './pace.ts';

/**
 * Returns after how many seconds the verdict is not `moving`, and the verdict; `bytesIn(second)` bytes arrive in each.
 */
function run(bytesIn: (second: number) => number): { seconds: number; verdict: PaceVerdict } {
  const pace = createPace();
  for (let second = 0; second < 10_000; second += 1) {
    pace.add(bytesIn(second));
    const verdict = pace.tick();
    if (verdict !== 'moving') return { seconds: second + 1, verdict };
  }
  throw new Error('The pace never ended');
}

describe('the pace of an upload', () => {
  it.each([
    ['silence from the start', () => 0, 20],
    ['8 kB/s less a byte', () => 7_999, 20],
    ['silence after 30 fast seconds', (second: number) => (second < 30 ? 1_000_000 : 0), 50],
    ['a fall to 4 kB/s after 30 seconds of 8 kB/s', (second: number) => (second < 30 ? 8_000 : 4_000), 31],
    ['a burst of 160 kB every 21 seconds', (second: number) => (second % 21 === 0 ? 160_000 : 0), 21],
  ])('stalls with %s', (_what, bytesIn, seconds) => {
    expect(run(bytesIn)).toEqual({ seconds, verdict: 'stalled' });
  });

  it.each([
    ['8 kB/s', () => 8_000],
    ['160 kB every 20 seconds', (second: number) => (second % 20 === 19 ? 160_000 : 0)],
    ['pauses of 15 seconds at 40 kB/s on average', (second: number) => (second % 16 === 0 ? 640_000 : 0)],
  ])('goes on for 10 minutes with %s', (_what, bytesIn) => {
    expect(run(bytesIn)).toEqual({ seconds: 600, verdict: 'overlong' });
  });
});
