import { clockTime } from '../../lib/format/time.ts';
import type { CircuitState, ProviderCircuit } from '../../lib/wire.ts';
import { STATE_NAMES } from './circuit-text.ts';
import { countText } from './overview-text.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Lower bound of the scale, so that a single call does not fill the chart. */
const LOWEST_PEAK = 5;

type Minute = ProviderCircuit['minutes'][number];

/** A state and its place in the hour, from 0 (an hour ago) to 1 (now). */
interface Band {
  state: CircuitState;
  from: number;
  to: number;
}

/** One minute's calls as shares of the busiest minute. */
interface Bar {
  at: string;
  ok: number;
  failed: number;
  refused: number;
}

/** Returns the start of the hour in epoch milliseconds; undefined when nothing was counted. */
export function hourStart({ minutes }: ProviderCircuit): number | undefined {
  const [first] = minutes;
  return first && Date.parse(first.at);
}

/** Returns the states as bands. The time before the first known state stays empty. */
export function stateBands(circuit: ProviderCircuit): Band[] {
  const start = hourStart(circuit);
  if (start === undefined) return [];
  const share = (at: string) => Math.min(1, Math.max(0, (Date.parse(at) - start) / HOUR_MS));
  return circuit.states
    .map(({ from, state }, index) => {
      const next = circuit.states[index + 1];
      return { state, from: share(from), to: next ? share(next.from) : 1 };
    })
    .filter(({ from, to }) => to > from);
}

export function callBars({ minutes }: ProviderCircuit): Bar[] {
  const peak = Math.max(LOWEST_PEAK, ...minutes.map(({ failed, ok, refused }) => ok + failed + refused));
  return minutes.map(({ at, failed, ok, refused }) => ({
    at,
    ok: ok / peak,
    failed: failed / peak,
    refused: refused / peak,
  }));
}

/** Returns the p95 as lines, with points from 0 (left, bottom) to 1 (right, top). Minutes without calls separate lines. */
export function p95Lines({ minutes }: ProviderCircuit): { x: number; y: number }[][] {
  const peak = Math.max(1, ...minutes.map(({ p95_ms: p95 }) => p95 ?? 0));
  const lines: { x: number; y: number }[][] = [];
  let line: { x: number; y: number }[] | undefined;
  for (const [index, { p95_ms: p95 }] of minutes.entries()) {
    if (p95 === undefined) {
      line = undefined;
      continue;
    }
    if (line === undefined) lines.push((line = []));
    line.push({ x: (index + 0.5) / minutes.length, y: p95 / peak });
  }
  return lines;
}

/** Counts the calls of the hour. */
export function hourTotals(circuit: ProviderCircuit) {
  const { minutes, states } = circuit;
  const start = hourStart(circuit) ?? Number.POSITIVE_INFINITY;
  const sum = (of: 'ok' | 'failed' | 'refused') => minutes.reduce((total, minute) => total + minute[of], 0);
  const [ok, failed] = [sum('ok'), sum('failed')];
  const sent = ok + failed;
  return {
    sent,
    failed,
    notSent: sum('refused'),
    opened: states.filter(({ from, state }) => state === 'open' && Date.parse(from) >= start).length,
    ...(sent > 0 && { errorShare: failed / sent }),
  };
}

interface TableRow extends Minute {
  /** State at the end of the minute. */
  state?: CircuitState;
}

/** Returns the minutes with calls or a new state, newest first. */
export function tableRows({ minutes, states }: ProviderCircuit): TableRow[] {
  return minutes
    .map((minute) => {
      const at = Date.parse(minute.at);
      const last = states.findLast(({ from }) => Date.parse(from) < at + MINUTE_MS);
      const state = last?.state;
      const isNew = last !== undefined && Date.parse(last.from) >= at;
      const isShown = minute.ok + minute.failed + minute.refused > 0 || isNew;
      return { isShown, row: { ...minute, ...(state && { state }) } };
    })
    .filter(({ isShown }) => isShown)
    .map(({ row }) => row)
    .toReversed();
}

/** Describes the chart of the hour for screen readers. */
export function hourText(circuit: ProviderCircuit, timeZone: string): string {
  const { failed, notSent, sent } = hourTotals(circuit);
  const states = circuit.states.map(
    ({ from, state }) => `${STATE_NAMES[state].toLowerCase()} from ${clockTime(Date.parse(from), timeZone, 'minutes')}`,
  );
  const calls = `The last hour: ${countText(sent)} calls sent, ${countText(failed)} failed, ${countText(notSent)} not sent.`;
  return states.length === 0 ? calls : `${calls} It was ${states.join(', ')}.`;
}

type Outcomes = ProviderCircuit['outcomes'];

/** Requests to a provider with the same outcome. */
interface OutcomePart {
  name: keyof Outcomes;
  label: string;
  count: number;
}

/** Outcomes in the order of the bar: sent, not sent, no call needed. */
const OUTCOMES: readonly (readonly [name: keyof Outcomes, label: string])[] = [
  ['success', 'success'],
  ['failure', 'failure'],
  ['timeout', 'timeout'],
  ['refused', 'refused, open'],
  ['isolated', 'isolated'],
  ['held_back', 'no credits, key or room'],
  ['cached', 'cache hit'],
  ['stale', 'stale'],
];

/** A rare outcome, which is shown only when it happened. */
const RARE_OUTCOME: keyof Outcomes = 'held_back';

/** Returns the outcomes of the last hour. */
export function outcomeParts({ outcomes }: Pick<ProviderCircuit, 'outcomes'>): OutcomePart[] {
  return OUTCOMES.map(([name, label]) => ({ name, label, count: outcomes[name] })).filter(
    ({ count, name }) => name !== RARE_OUTCOME || count > 0,
  );
}
