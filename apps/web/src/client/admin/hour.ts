import { clockTime } from '../../lib/format/time.ts';
import type { CircuitState, ProviderCircuit } from '../../lib/wire.ts';
import { STATE_WORDS } from './circuit-words.ts';
import { grouped } from './traffic.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A single call must not look like a crowd. */
const LOWEST_PEAK = 5;

type Minute = ProviderCircuit['minutes'][number];

/** A state and where it lies in the hour: both from 0, its beginning, to 1, now. */
export interface Band {
  state: CircuitState;
  from: number;
  to: number;
}

/** One minute's calls as shares of the busiest minute. */
export interface Bar {
  at: string;
  ok: number;
  failed: number;
  refused: number;
}

/** When the hour that is drawn begins, in milliseconds since 1970; undefined when nothing was counted. */
export function hourStart({ minutes }: ProviderCircuit): number | undefined {
  const [first] = minutes;
  return first && Date.parse(first.at);
}

/** What was before the first state is not known, and stays empty. */
export function bandsOf(circuit: ProviderCircuit): Band[] {
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

export function barsOf({ minutes }: ProviderCircuit): Bar[] {
  const peak = Math.max(LOWEST_PEAK, ...minutes.map(({ failed, ok, refused }) => ok + failed + refused));
  return minutes.map(({ at, failed, ok, refused }) => ({
    at,
    ok: ok / peak,
    failed: failed / peak,
    refused: refused / peak,
  }));
}

/**
 * The p95 as lines over the minutes that have one: points from 0, left and below, to 1, right and above; a minute
 * without calls parts them.
 */
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

/** The hour in figures: what was counted of the calls in it. */
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

export interface MinuteRow extends Minute {
  /** At its end. */
  state?: CircuitState;
}

/** The minutes that have something to tell, newest first: calls, or a new state. */
export function minuteRows({ minutes, states }: ProviderCircuit): MinuteRow[] {
  return minutes
    .map((minute) => {
      const at = Date.parse(minute.at);
      const last = states.findLast(({ from }) => Date.parse(from) < at + MINUTE_MS);
      const state = last?.state;
      const isNew = last !== undefined && Date.parse(last.from) >= at;
      const tells = minute.ok + minute.failed + minute.refused > 0 || isNew;
      return { tells, row: { ...minute, ...(state && { state }) } };
    })
    .filter(({ tells }) => tells)
    .map(({ row }) => row)
    .toReversed();
}

/** The picture of the hour for those who hear it. */
export function hourWords(circuit: ProviderCircuit, timeZone: string): string {
  const { failed, notSent, sent } = hourTotals(circuit);
  const states = circuit.states.map(
    ({ from, state }) => `${STATE_WORDS[state].toLowerCase()} from ${clockTime(Date.parse(from), timeZone, 'minutes')}`,
  );
  const calls = `The last hour: ${grouped(sent)} calls sent, ${grouped(failed)} failed, ${grouped(notSent)} not sent.`;
  return states.length === 0 ? calls : `${calls} It was ${states.join(', ')}.`;
}
