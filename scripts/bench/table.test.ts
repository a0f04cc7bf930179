import { expect, it } from 'vitest';
import { tableOf } from './table.ts';

const row = { floorMs: 2, oursMs: 5, ratio: 2.5, lowest: 2, highest: 3, bar: '<= 3', holds: true, peers: [] };

it('names the row that misses its bar and the peers that do better', () => {
  const missed = { ...row, name: 'slow', ratio: 4, holds: false, peers: [{ name: 'peer', ms: 1 }] };
  const lines = tableOf([{ ...row, name: 'quick' }, missed]).split('\n');
  expect(lines[1]).toMatch(/^quick +2\.00 ms +5\.00 ms +2\.50 +2\.00 to 3\.00 +<= 3 holds$/);
  expect(lines[2]).toMatch(/^slow .* <= 3 MISSED$/);
  expect(lines[3]).toMatch(/^ {2}peer +1\.00 ms$/);
});

it('keeps the digits of what takes nanoseconds', () => {
  expect(tableOf([{ ...row, name: 'hit', floorMs: 0.000_09, oursMs: 0.0015 }])).toMatch(/90 ns +1\.50 us/);
});
