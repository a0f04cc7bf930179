import { describe, expect, it } from 'vitest';
import { circuitOf } from './testing/circuit-of.ts';
import { traffic } from './traffic.ts';

const minute = (ok: number, failed: number, refused: number) => ({ at: '2026-11-22T01:00:00Z', ok, failed, refused });
const said = (...minutes: ReturnType<typeof minute>[]) =>
  traffic({ circuits: { plant_id: circuitOf({ minutes }), plantnet: circuitOf() } }).replaceAll('\u00a0', ' ');

describe('the traffic', () => {
  it('is of the last quarter of an hour', () => {
    const old = minute(500, 500, 500);
    const quiet = Array.from({ length: 14 }, () => minute(0, 0, 0));
    expect(said(old, minute(1_200, 31, 4), ...quiet)).toBe(
      'In the last 15 min this instance sent 1,231 calls, 31 failed. 4 were not sent.',
    );
  });

  it.each([
    [minute(0, 0, 0), 'In the last 15 min this instance sent no call.'],
    [minute(0, 0, 1), 'In the last 15 min this instance sent no call. 1 was not sent.'],
    [minute(1, 0, 0), 'In the last 15 min this instance sent 1 call, none failed.'],
  ])('%j', (only, sentence) => {
    expect(said(only)).toBe(sentence);
  });
});
