import { describe, expect, it } from 'vitest';
import { DurationHistogram } from './duration-histogram.ts';

const SHARES = [0.5, 0.95, 0.99] as const;
/** The promised bound of the relative error. */
const ERROR = 0.02;

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const ms of durations) histogram.record(ms);
  return histogram;
}

/** Quantile by the nearest rank. */
function exact(durations: readonly number[], share: number): number {
  return durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * share) - 1] ?? Number.NaN;
}

/** Repeatable random numbers from 0 to 1. */
function* randomNumbers(): Generator<number, never> {
  for (let state = 1; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

const random = randomNumbers();
const next = () => random.next().value;
/** Durations of several shapes: even, mostly short with a long tail, and two peaks, as of hits and timeouts. */
const SHAPES: readonly (readonly [name: string, duration: () => number])[] = [
  ['even', () => 1 + next() * 60_000],
  ['long-tailed', () => 1 + Math.exp(next() * 12)],
  ['two-peaked', () => (next() < 0.9 ? 800 + next() * 50 : 35_000)],
];
const COUNTS = [1, 2, 3, 19, 20, 21, 100, 1_000, 5_000];
const samples = SHAPES.flatMap(([name, duration]) =>
  COUNTS.map((count) => ({ name, count, durations: Array.from({ length: count }, duration) })),
);

describe('a histogram of durations', () => {
  it.each(samples)('has quantiles within 2 % of the exact ones: $count $name ones', ({ durations }) => {
    const histogram = histogramOf(durations);
    for (const share of SHARES) {
      const is = exact(durations, share);
      expect(Math.abs((histogram.quantile(share) ?? Number.NaN) - is)).toBeLessThanOrEqual(is * ERROR);
    }
  });

  it('is within that bound over its whole scale', () => {
    for (let ms = 1; ms < 590_000; ms *= 1.0031) {
      expect(Math.abs((histogramOf([ms]).quantile(0.5) ?? Number.NaN) - ms)).toBeLessThanOrEqual(ms * ERROR);
    }
  });

  it('added up from several, after a way over the wire, is the histogram of all', () => {
    const [here = [], there = []] = samples.slice(-2).map(({ durations }) => durations);
    const sum = histogramOf(here);
    sum.addAll(DurationHistogram.decode(JSON.parse(JSON.stringify(histogramOf(there).encode())) as number[]));
    expect(sum.encode()).toEqual(histogramOf([...here, ...there]).encode());
    expect(sum.total).toBe(here.length + there.length);
  });

  it('has no quantile without durations, and puts durations outside its scale at the ends of it', () => {
    expect(new DurationHistogram().quantile(0.5)).toBeUndefined();
    expect(histogramOf([0, 0.2]).quantile(0.99)).toBe(1);
    expect(histogramOf([3_600_000]).quantile(0.5)).toBeGreaterThan(575_000);
  });

  it('ignores buckets that this version does not have', () => {
    expect(DurationHistogram.decode([3, 2, 9_999, 1, 5]).total).toBe(2);
  });
});
