import { countedText, countText } from '../../../lib/format/amounts.ts';
import { clockTime } from '../../../lib/format/time.ts';
import type { CircuitState, MinuteCounts, ProviderCircuit } from '../../../lib/wire.ts';
import { STATE_NAMES } from '../state/provider-state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A provider's last hour: its minutes, oldest first, and the states of its circuit. */
export interface ProviderHour {
  minutes: readonly MinuteCounts[];
  states: ProviderCircuit['states'];
}

/** A state and its place in the hour, from 0 (an hour ago) to 1 (now). */
interface Band {
  state: CircuitState;
  from: number;
  to: number;
}

/** Returns the start of the hour in epoch milliseconds; undefined when nothing was counted. */
export function hourStart(minutes: readonly MinuteCounts[]): number | undefined {
  const [first] = minutes;
  return first && Date.parse(first.at);
}

/** Returns the states as bands. The time before the first known state stays empty. */
export function stateBands({ minutes, states }: ProviderHour): Band[] {
  const start = hourStart(minutes);
  if (start === undefined) return [];
  const share = (at: string) => Math.min(1, Math.max(0, (Date.parse(at) - start) / HOUR_MS));
  return states
    .map(({ from, state }, index) => {
      const next = states[index + 1];
      return { state, from: share(from), to: next ? share(next.from) : 1 };
    })
    .filter(({ from, to }) => to > from);
}

/** Returns the state at the end of a minute; undefined before the first known one. */
export function stateIn(minute: Pick<MinuteCounts, 'at'>, states: ProviderHour['states']): CircuitState | undefined {
  const end = Date.parse(minute.at) + MINUTE_MS;
  return states.findLast(({ from }) => Date.parse(from) < end)?.state;
}

const sentIn = ({ failure, success, timeout }: MinuteCounts): number => success + failure + timeout;
const failedIn = ({ failure, timeout }: MinuteCounts): number => failure + timeout;
const notSentIn = ({ held_back: heldBack, isolated, refused }: MinuteCounts): number => refused + isolated + heldBack;

/** Tops of scales that halve into whole numbers; larger ones are multiples by ten. */
const SCALE_TOPS = [2, 4, 6, 10];

/** Returns the lowest top of a scale that is at least `value`, and 4 at least, so that one call does not fill a chart. */
export function scaleTop(value: number): number {
  for (let unit = 1; ; unit *= 10) {
    const top = SCALE_TOPS.map((step) => step * unit).find((step) => step >= Math.max(4, value));
    if (top !== undefined) return top;
  }
}

/** Returns the top of the scale of calls in a minute. */
export function callsTop(minutes: readonly MinuteCounts[]): number {
  return scaleTop(Math.max(0, ...minutes.map((minute) => sentIn(minute) + notSentIn(minute))));
}

/** Returns the top of the scale of durations in milliseconds, above a threshold. */
export function durationTop(minutes: readonly MinuteCounts[], thresholdMs: number): number {
  return scaleTop(Math.max(thresholdMs + 1, ...minutes.map(({ p95_ms: p95 }) => p95 ?? 0)) / 1_000) * 1_000;
}

/** One minute's calls as shares of the scale. */
interface Bar {
  at: string;
  ok: number;
  failed: number;
  notSent: number;
}

export function callBars(minutes: readonly MinuteCounts[], top: number): Bar[] {
  return minutes.map((minute) => ({
    at: minute.at,
    ok: minute.success / top,
    failed: failedIn(minute) / top,
    notSent: notSentIn(minute) / top,
  }));
}

interface Point {
  x: number;
  y: number;
}

/** Returns the p95 as lines, with points from 0 (left, bottom) to 1 (right, top). Minutes without calls separate lines. */
export function p95Lines(minutes: readonly MinuteCounts[], topMs: number): Point[][] {
  const lines: Point[][] = [];
  let line: Point[] | undefined;
  for (const [index, { p95_ms: p95 }] of minutes.entries()) {
    if (p95 === undefined) {
      line = undefined;
      continue;
    }
    if (line === undefined) lines.push((line = []));
    line.push({ x: (index + 0.5) / minutes.length, y: p95 / topMs });
  }
  return lines;
}

/** The requests of some minutes by their outcome. */
type Outcomes = Pick<
  MinuteCounts,
  'success' | 'failure' | 'timeout' | 'refused' | 'isolated' | 'held_back' | 'cached' | 'stale'
>;

/** Calls of an hour or of one minute. */
export interface Totals {
  sent: number;
  failed: number;
  notSent: number;
  /** Absent without calls. */
  errorShare?: number;
  /** Leases held at once, at most. */
  leases: number;
  outcomes: Outcomes;
}

export function totalsOf(minutes: readonly MinuteCounts[]): Totals {
  const sum = (of: (minute: MinuteCounts) => number) => minutes.reduce((total, minute) => total + of(minute), 0);
  const [sent, failed] = [sum(sentIn), sum(failedIn)];
  return {
    sent,
    failed,
    notSent: sum(notSentIn),
    leases: Math.max(0, ...minutes.map(({ leases }) => leases)),
    outcomes: {
      success: sum(({ success }) => success),
      failure: sum(({ failure }) => failure),
      timeout: sum(({ timeout }) => timeout),
      refused: sum(({ refused }) => refused),
      isolated: sum(({ isolated }) => isolated),
      held_back: sum(({ held_back: heldBack }) => heldBack),
      cached: sum(({ cached }) => cached),
      stale: sum(({ stale }) => stale),
    },
    ...(sent > 0 && { errorShare: failed / sent }),
  };
}

interface TableRow {
  minute: MinuteCounts;
  totals: Totals;
  state: CircuitState | undefined;
}

/** Returns the minutes with calls, with a new state, or chosen, newest first. */
export function tableRows({ minutes, states }: ProviderHour, chosen?: string): TableRow[] {
  const starts = states.map(({ from }) => Math.floor(Date.parse(from) / MINUTE_MS) * MINUTE_MS);
  return minutes
    .map((minute) => ({ minute, totals: totalsOf([minute]), state: stateIn(minute, states) }))
    .filter(
      ({ minute, totals }) =>
        totals.sent + totals.notSent > 0 || starts.includes(Date.parse(minute.at)) || minute.at === chosen,
    )
    .toReversed();
}

/** Describes the chart of the hour for screen readers. */
export function hourText(hour: ProviderHour, timeZone: string): string {
  const { failed, notSent, sent } = totalsOf(hour.minutes);
  const states = hour.states.map(
    ({ from, state }) => `${STATE_NAMES[state].toLowerCase()} from ${clockTime(Date.parse(from), timeZone, 'minutes')}`,
  );
  const calls = `The last hour: ${countedText(sent, 'call')} sent, ${countText(failed)} failed, ${countText(notSent)} not sent.`;
  return states.length === 0 ? calls : `${calls} It was ${states.join(', ')}.`;
}

/** Describes one minute: "02:30, closed, 31 calls, 12 failed". */
export function minuteText(minute: MinuteCounts, states: ProviderHour['states'], timeZone: string): string {
  const state = stateIn(minute, states);
  return [
    clockTime(Date.parse(minute.at), timeZone, 'minutes'),
    ...(state === undefined ? [] : [STATE_NAMES[state].toLowerCase()]),
    countedText(sentIn(minute), 'call'),
    `${countText(failedIn(minute))} failed`,
  ].join(', ');
}

/** Requests with the same outcome. */
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
  ['held_back', 'held back'],
  ['cached', 'cache hit'],
  ['stale', 'stale'],
];

/** A rare outcome, which is shown only when it happened: no credits, no key, or too many calls at once. */
const RARE_OUTCOME: keyof Outcomes = 'held_back';

export function outcomeParts(outcomes: Outcomes): OutcomePart[] {
  return OUTCOMES.map(([name, label]) => ({ name, label, count: outcomes[name] })).filter(
    ({ count, name }) => name !== RARE_OUTCOME || count > 0,
  );
}
