import { describe, expect, it } from 'vitest';
import { createPace, type PaceStatus } from './paced-reader.ts';

/** Returns the first status that is not `moving`, and its second; `bytesIn(second)` bytes arrive in each second. */
function run(bytesIn: (second: number) => number): { seconds: number; status: PaceStatus } {
  const pace = createPace();
  for (let second = 0; second < 10_000; second += 1) {
    pace.add(bytesIn(second));
    const status = pace.tick();
    if (status !== 'moving') return { seconds: second + 1, status };
  }
  throw new Error('The pace never ended');
}

describe('the pace of an upload', () => {
  it.each([
    { name: 'silence from the start', bytesIn: () => 0, seconds: 20 },
    { name: '8 kB/s less a byte', bytesIn: () => 7_999, seconds: 20 },
    { name: 'silence after 30 fast seconds', bytesIn: (second: number) => (second < 30 ? 1_000_000 : 0), seconds: 50 },
    {
      name: 'a fall to 4 kB/s after 30 seconds of 8 kB/s',
      bytesIn: (second: number) => (second < 30 ? 8_000 : 4_000),
      seconds: 31,
    },
    {
      name: 'a burst of 160 kB every 21 seconds',
      bytesIn: (second: number) => (second % 21 === 0 ? 160_000 : 0),
      seconds: 21,
    },
  ])('is stalled with $name', ({ bytesIn, seconds }) => {
    expect(run(bytesIn)).toEqual({ seconds, status: 'stalled' });
  });

  it.each([
    ['8 kB/s', () => 8_000],
    ['160 kB every 20 seconds', (second: number) => (second % 20 === 19 ? 160_000 : 0)],
    ['pauses of 15 seconds at 40 kB/s on average', (second: number) => (second % 16 === 0 ? 640_000 : 0)],
  ])('is moving for 10 minutes with %s', (_name, bytesIn) => {
    expect(run(bytesIn)).toEqual({ seconds: 600, status: 'overlong' });
  });
});
