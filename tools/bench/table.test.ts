import { expect, it } from 'vitest';
import type { BenchRow } from './bench-row.ts';
import { tableOf } from './table.ts';

const row: Omit<BenchRow, 'name'> = {
  unit: 'ms',
  floor: 2,
  ours: 5,
  ratio: 2.5,
  lowest: 2,
  highest: 3,
  bar: '<= 3',
  holds: true,
  peers: [],
};

it('`tableOf` marks the row that misses its bar and the peers that do better', () => {
  const missed = { ...row, name: 'slow', ratio: 4, holds: false, peers: [{ name: 'peer', value: 1 }] };
  const lines = tableOf([{ ...row, name: 'quick' }, missed]).split('\n');
  expect(lines[1]).toMatch(/^quick +2\.00 ms +5\.00 ms +2\.50 +2\.00 to 3\.00 +<= 3 holds$/);
  expect(lines[2]).toMatch(/^slow .* <= 3 MISSED$/);
  expect(lines[3]).toMatch(/^ {2}peer +1\.00 ms$/);
});

it('`tableOf` keeps the digits of nanoseconds', () => {
  expect(tableOf([{ ...row, name: 'hit', floor: 0.000_09, ours: 0.0015 }])).toMatch(/90 ns +1\.50 us/);
});

it('`tableOf` prints counts of loads', () => {
  const counted: BenchRow = {
    ...row,
    name: 'cold',
    unit: 'loads',
    floor: 1,
    ours: 1,
    peers: [{ name: 'peer', value: 4 }],
  };
  const lines = tableOf([counted]).split('\n');
  expect(lines[1]).toMatch(/^cold +1 load +1 load /);
  expect(lines[2]).toMatch(/^ {2}peer +4 loads$/);
});
