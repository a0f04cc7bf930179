import type { Clock } from '../clock.ts';
import type { Cause, CircuitState } from './state.ts';
import type { CircuitStatus } from './types.ts';

/** What a process knows of a circuit from Redis. */
export interface RemoteState {
  readonly state: CircuitState;
  /** Rises with each change: what is older than what is known is no news. */
  readonly revision: number;
  /** Another than before after Redis has lost its data. */
  readonly epoch: string;
  /** The process whose call made it so. */
  readonly author: string;
  /** Trial permits that are taken. */
  readonly runningTrials: number;
  /** When the first of them lapses, by our monotonic clock. */
  readonly nextPermitAt: number;
}

/** What a process tells Redis that it knows. */
export interface KnownState extends Pick<RemoteState, 'state' | 'revision' | 'epoch'> {
  /** It has decided by itself since it heard from Redis. */
  readonly alone: boolean;
  /** And has changed the state. */
  readonly moved: boolean;
}

const WEIGHT = { closed: 0, half_open: 1, open: 1, isolated: 2 } as const;

/** How bad it is, as the scripts see it: the worse is believed where neither is known to be later. */
export function severityOf({ status: state, failCount }: CircuitState): number {
  return state === 'closed' ? failCount / (failCount + 1) : WEIGHT[state];
}

const STATES: ReadonlySet<unknown> = new Set<CircuitStatus>(['closed', 'open', 'half_open', 'isolated']);
const CAUSES: ReadonlySet<unknown> = new Set<Cause>(['calls', 'isolate', 'release', 'reset']);

/** Moments become how long ago, or in how long: clocks of other machines are never compared with ours. */
export function encodeKnownState({ state: standing, revision, epoch, alone, moved }: KnownState, clock: Clock): string {
  const {
    cause,
    failCount: fails,
    generation,
    lastFailure: failure,
    openings,
    reason,
    status: state,
    successes,
  } = standing;
  const now = clock.monotonic();
  const ago = (moment: number) => Math.round(now - moment);
  const rests = state === 'open' || state === 'isolated';
  const isEndless = standing.retryAt === Number.POSITIVE_INFINITY;
  const rest = rests ? (isEndless ? -1 : Math.ceil(Math.max(0, standing.retryAt - now))) : 0;
  const words = { state, cause, reason, failure, generation, fails, openings, successes };
  const times = { since: ago(standing.since), down: ago(standing.openedAt), reset: standing.resetTimeoutMs, rest };
  return JSON.stringify({
    revision,
    born: epoch,
    alone,
    moved,
    circuit: { ...words, ...times, till: standing.until ?? -1 },
  });
}

/** @returns undefined for anything but a state as the scripts write it */
export function decodeRemoteState(value: unknown, clock: Clock): RemoteState | undefined {
  if (!isRecord(value)) return undefined;
  const { state, cause } = value;
  if (!isState(state) || !isCause(cause)) return undefined;
  let isWhole = true;
  const number = (name: string) => {
    const read = Number(value[name]);
    isWhole &&= Number.isFinite(read);
    return read;
  };
  const word = (name: string) => String(value[name]);
  const now = clock.monotonic();
  const [rest, till] = [number('rest'), number('till')];
  const standing: CircuitState = {
    status: state,
    cause,
    generation: number('generation'),
    since: now - number('since'),
    reason: word('reason'),
    until: till < 0 ? undefined : till,
    failCount: number('fails'),
    lastFailure: word('failure'),
    openings: number('openings'),
    openedAt: now - number('down'),
    resetTimeoutMs: number('reset'),
    retryAt: rest < 0 ? Number.POSITIVE_INFINITY : now + rest,
    successes: number('successes'),
  };
  const shared = {
    revision: number('revision'),
    runningTrials: number('running'),
    nextPermitAt: now + number('frees'),
  };
  return isWhole ? { state: standing, ...shared, epoch: word('born'), author: word('author') } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isState(value: unknown): value is CircuitStatus {
  return STATES.has(value);
}

function isCause(value: unknown): value is Cause {
  return CAUSES.has(value);
}
