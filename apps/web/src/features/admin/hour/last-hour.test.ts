import { describe, expect, it } from 'vitest';
import { hourOf, minuteOf } from '../testing/overview-of.ts';
import {
  callBars,
  callsTop,
  durationTop,
  hourText,
  minuteText,
  outcomeParts,
  type ProviderHour,
  p95Lines,
  scaleTop,
  stateBands,
  stateIn,
  tableRows,
  totalsOf,
} from './last-hour.ts';

const START = Date.UTC(2026, 10, 22, 0, 45);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();

describe('stateBands', () => {
  it('end where the next state begins, the last one now; the time before the first state is empty', () => {
    const states: ProviderHour['states'] = [
      { state: 'closed', from: at(15) },
      { state: 'open', from: at(45) },
    ];
    expect(stateBands({ minutes: hourOf(), states })).toEqual([
      { state: 'closed', from: 0.25, to: 0.75 },
      { state: 'open', from: 0.75, to: 1 },
    ]);
  });

  it('begin with the hour when the state is older, and leave out bands without width', () => {
    const states: ProviderHour['states'] = [
      { state: 'open', from: at(-120) },
      { state: 'closed', from: at(-30) },
    ];
    expect(stateBands({ minutes: hourOf(), states })).toEqual([{ state: 'closed', from: 0, to: 1 }]);
    expect(stateBands({ minutes: [], states })).toEqual([]);
  });
});

describe('the scales', () => {
  it.each([
    [0, 4],
    [4, 4],
    [5, 6],
    [7, 10],
    [11, 20],
    [34, 40],
    [61, 100],
    [1_284, 2_000],
  ])('have for %i a top of %i, which halves into a whole number', (value, top) => {
    expect(scaleTop(value)).toBe(top);
  });

  it('include calls that were not sent, and the threshold of durations', () => {
    expect(callsTop(hourOf({ 3: { success: 20, isolated: 14 } }))).toBe(40);
    expect(durationTop(hourOf(), 10_000)).toBe(20_000);
    expect(durationTop(hourOf({ 3: { p95_ms: 35_000 } }), 10_000)).toBe(40_000);
  });
});

describe('callBars and p95Lines', () => {
  it('are shares of the scale', () => {
    const bars = callBars(hourOf({ 0: { success: 6, failure: 1, timeout: 1, refused: 1, held_back: 1 } }), 10);
    expect(bars.slice(0, 2)).toEqual([
      { at: at(0), ok: 0.6, failed: 0.2, notSent: 0.2 },
      { at: at(1), ok: 0, failed: 0, notSent: 0 },
    ]);
  });

  it('end a p95 line at a minute without calls', () => {
    const minutes = hourOf({ 0: { p95_ms: 500 }, 1: { p95_ms: 1_000 }, 30: { p95_ms: 250 } });
    expect(p95Lines(minutes, 1_000)).toEqual([
      [
        { x: 0.5 / 60, y: 0.5 },
        { x: 1.5 / 60, y: 1 },
      ],
      [{ x: 30.5 / 60, y: 0.25 }],
    ]);
    expect(p95Lines(hourOf(), 1_000)).toEqual([]);
  });
});

describe('an hour in words', () => {
  const hour: ProviderHour = {
    minutes: hourOf({ 10: { success: 3, failure: 1, p95_ms: 900, leases: 2 }, 44: { refused: 2, leases: 1 } }),
    states: [
      { state: 'open', from: at(-5) },
      { state: 'closed', from: at(2) },
      { state: 'open', from: at(40.5) },
      { state: 'closed', from: at(40.9) },
    ],
  };

  it('has the totals of its calls', () => {
    expect(totalsOf(hour.minutes)).toMatchObject({ sent: 4, failed: 1, notSent: 2, leases: 2, errorShare: 0.25 });
    expect(totalsOf(hourOf())).not.toHaveProperty('errorShare');
  });

  it('has a table row for each minute with calls, with a new state or chosen, newest first', () => {
    const rows = (chosen?: string) => tableRows(hour, chosen).map(({ minute, state }) => `${minute.at} ${state}`);
    const known = [`${at(44)} closed`, `${at(40)} closed`, `${at(10)} closed`, `${at(2)} closed`];
    expect(rows()).toEqual(known);
    expect(rows(at(50))).toEqual([`${at(50)} closed`, ...known]);
  });

  it('has the state at the end of a minute', () => {
    const stateAt = (minute: number) => stateIn(minuteOf({ at: at(minute) }), hour.states);
    expect([-7, -5, 1, 2, 40].map(stateAt)).toEqual([undefined, 'open', 'open', 'closed', 'closed']);
  });

  it('has one description for screen readers', () => {
    expect(hourText(hour, 'UTC')).toBe(
      'The last hour: 4 calls sent, 1 failed, 2 not sent. It was open from 00:40, closed from 00:47, open from 01:25, closed from 01:25.',
    );
    expect(hourText({ minutes: [], states: [] }, 'UTC')).toBe('The last hour: 0 calls sent, 0 failed, 0 not sent.');
    const oneCall = { minutes: [minuteOf({ at: at(45), success: 1 })], states: [] };
    expect(hourText(oneCall, 'UTC')).toBe('The last hour: 1 call sent, 0 failed, 0 not sent.');
  });

  it('has one for each minute', () => {
    const minute = minuteOf({ at: at(45), success: 19, failure: 8, timeout: 4 });
    expect(minuteText(minute, hour.states, 'Europe/Berlin')).toBe('02:30, closed, 31 calls, 12 failed');
    expect(minuteText({ ...minute, failure: 0, success: 1, timeout: 0 }, [], 'UTC')).toBe('01:30, 1 call, 0 failed');
  });
});

describe('outcomeParts', () => {
  const partsOf = (given: Parameters<typeof minuteOf>[0]) =>
    outcomeParts(minuteOf(given)).map(({ count, label }) => `${label} ${count}`);

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
    expect(partsOf({ held_back: 2 })).toContain('held back 2');
    expect(partsOf({}).join()).not.toContain('held back');
  });
});
