import { describe, expect, it } from 'vitest';
import { callBars, hourText, hourTotals, outcomeParts, p95Lines, stateBands, tableRows } from './last-hour.ts';
import { circuitOf } from './testing/circuit-of.ts';

const START = Date.UTC(2026, 10, 22, 1);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
/** Sixty minutes, some of them with calls. */
const hour = (calls: Readonly<Record<number, { ok?: number; failed?: number; refused?: number; p95_ms?: number }>>) =>
  Array.from({ length: 60 }, (_, n) => ({ at: at(n), ok: 0, failed: 0, refused: 0, ...calls[n] }));

describe('stateBands', () => {
  it('end where the next state begins, the last one now; the time before the first state is empty', () => {
    const states = [
      { state: 'closed' as const, from: at(15) },
      { state: 'open' as const, from: at(45) },
    ];
    expect(stateBands(circuitOf({ minutes: hour({}), states }))).toEqual([
      { state: 'closed', from: 0.25, to: 0.75 },
      { state: 'open', from: 0.75, to: 1 },
    ]);
  });

  it('begin with the hour when the state is older, and leave out bands without width', () => {
    const states = [
      { state: 'open' as const, from: at(-120) },
      { state: 'closed' as const, from: at(-30) },
    ];
    expect(stateBands(circuitOf({ minutes: hour({}), states }))).toEqual([{ state: 'closed', from: 0, to: 1 }]);
    expect(stateBands(circuitOf({ states }))).toEqual([]);
  });
});

describe('callBars and p95Lines', () => {
  it('scale the calls to the busiest minute, but at least to 5 calls', () => {
    const bars = callBars(circuitOf({ minutes: hour({ 0: { ok: 6, failed: 2, refused: 2 }, 1: { ok: 5 } }) }));
    expect(bars.slice(0, 3)).toEqual([
      { at: at(0), ok: 0.6, failed: 0.2, refused: 0.2 },
      { at: at(1), ok: 0.5, failed: 0, refused: 0 },
      { at: at(2), ok: 0, failed: 0, refused: 0 },
    ]);
    expect(callBars(circuitOf({ minutes: hour({ 7: { ok: 1 } }) }))[7]?.ok).toBe(0.2);
  });

  it('end a p95 line at a minute without calls', () => {
    const minutes = hour({ 0: { p95_ms: 500 }, 1: { p95_ms: 1_000 }, 30: { p95_ms: 250 } });
    expect(p95Lines(circuitOf({ minutes }))).toEqual([
      [
        { x: 0.5 / 60, y: 0.5 },
        { x: 1.5 / 60, y: 1 },
      ],
      [{ x: 30.5 / 60, y: 0.25 }],
    ]);
    expect(p95Lines(circuitOf({ minutes: hour({}) }))).toEqual([]);
  });
});

describe('the text of an hour', () => {
  const circuit = circuitOf({
    minutes: hour({ 10: { ok: 3, failed: 1, p95_ms: 900 }, 44: { refused: 2 } }),
    states: [
      { state: 'open', from: at(-5) },
      { state: 'closed', from: at(2) },
      { state: 'open', from: at(40.5) },
      { state: 'closed', from: at(40.9) },
    ],
  });

  it('has the totals of its calls', () => {
    expect(hourTotals(circuit)).toEqual({ sent: 4, failed: 1, notSent: 2, opened: 1, errorShare: 0.25 });
    expect(hourTotals(circuitOf())).toEqual({ sent: 0, failed: 0, notSent: 0, opened: 0 });
  });

  it('has a table row for each minute with calls or a new state, newest first', () => {
    expect(tableRows(circuit)).toEqual([
      { at: at(44), ok: 0, failed: 0, refused: 2, state: 'closed' },
      { at: at(40), ok: 0, failed: 0, refused: 0, state: 'closed' },
      { at: at(10), ok: 3, failed: 1, refused: 0, p95_ms: 900, state: 'closed' },
      { at: at(2), ok: 0, failed: 0, refused: 0, state: 'closed' },
    ]);
  });

  it('has one description for screen readers', () => {
    expect(hourText(circuit, 'UTC')).toBe(
      'The last hour: 4 calls sent, 1 failed, 2 not sent. It was open from 00:55, closed from 01:02, open from 01:40, closed from 01:40.',
    );
    expect(hourText(circuitOf(), 'UTC')).toBe('The last hour: 0 calls sent, 0 failed, 0 not sent.');
  });
});

const partsOf = (given: Partial<ReturnType<typeof circuitOf>['outcomes']>) =>
  outcomeParts({ outcomes: { ...circuitOf().outcomes, ...given } }).map(({ count, label: word }) => `${word} ${count}`);

describe('outcomeParts', () => {
  it('have a fixed order, and include outcomes that did not happen', () => {
    expect(partsOf({ success: 1_240, timeout: 13, cached: 1_480 })).toEqual([
      'success 1240',
      'failure 0',
      'timeout 13',
      'refused, open 0',
      'isolated 0',
      'cache hit 1480',
      'stale 0',
    ]);
  });

  it('include held back requests only when there are some', () => {
    expect(partsOf({ held_back: 2 })).toContain('no credits, key or room 2');
    expect(partsOf({}).join()).not.toContain('credits');
  });
});
