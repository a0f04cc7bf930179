import { PROVIDER_NAMES } from '../../lib/providers.ts';
import type {
  CallOutcome,
  CircuitsOverview,
  Overview,
  OverviewEvent,
  ProviderCircuit,
  ProviderName,
} from '../../lib/wire.ts';

/** Minutes that an overview has. */
const MINUTES = 60;

/** Returns the overview after an event; undefined for changes of an overview that is not known. */
export function afterEvent(known: Overview | undefined, event: OverviewEvent): Overview | undefined {
  if (event.type === 'whole') return event.overview;
  if (known === undefined) return undefined;
  const { minutes, ...changes } = event.changes;
  const gone = new Set<string>(event.gone);
  const parts = Object.entries({ ...known, ...changes }).filter(([part]) => !gone.has(part));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only optional parts are gone
  const next = Object.fromEntries(parts) as Overview;
  if (minutes !== undefined) next.minutes = byProvider((name) => mergedMinutes(known.minutes[name], minutes[name]));
  return next;
}

type Minutes = Overview['minutes'][ProviderName];

function mergedMinutes(known: Minutes, changed: Minutes): Minutes {
  const byTime = new Map([...known, ...changed].map((minute) => [minute.at, minute]));
  return [...byTime.values()].slice(-MINUTES);
}

const OUTCOMES: readonly CallOutcome[] = [
  'success',
  'failure',
  'timeout',
  'refused',
  'isolated',
  'held_back',
  'cached',
  'stale',
];

/** Returns each circuit together with its last hour. */
export function circuitsOf({ circuits, hour, minutes, ...others }: Overview): CircuitsOverview {
  return { ...others, circuits: byProvider((name) => circuitOf(circuits[name], minutes[name], hour[name])) };
}

function circuitOf(
  circuit: Overview['circuits'][ProviderName],
  minutes: Minutes,
  { p50_ms: p50, p95_ms: p95, p99_ms: p99 }: Overview['hour'][ProviderName],
): ProviderCircuit {
  const sum = (outcome: CallOutcome) => minutes.reduce((total, minute) => total + minute[outcome], 0);
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, sum(outcome)]));
  return {
    ...circuit,
    minutes: minutes.map(({ at, failure, held_back: heldBack, isolated, p95_ms, refused, success, timeout }) => ({
      at,
      ok: success,
      failed: failure + timeout,
      refused: refused + isolated + heldBack,
      p95_ms,
    })),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each outcome
    outcomes: outcomes as Record<CallOutcome, number>,
    ...(p50 !== undefined &&
      p95 !== undefined &&
      p99 !== undefined && { latency: { p50_ms: p50, p95_ms: p95, p99_ms: p99 } }),
  };
}

function byProvider<T>(valueOf: (name: ProviderName) => T): Record<ProviderName, T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each provider
  return Object.fromEntries(PROVIDER_NAMES.map((name) => [name, valueOf(name)])) as Record<ProviderName, T>;
}
