import { randomUUID } from 'node:crypto';
import type { Redis } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import type { RedisConnection } from '../redis/types.ts';
import { APPLY, RECORD, SYNC, TRY_ACQUIRE } from './scripts.ts';
import { drawJitter } from './state.ts';
import type { CallResult, Cause, CircuitConfig, CircuitState, CircuitStatus, Override, Permit } from './types.ts';

/** The state of a circuit as Redis reported it. */
export interface RemoteState {
  readonly state: CircuitState;
  /** Rises with each change: a state with a lower revision is outdated. */
  readonly revision: number;
  /** Changes when Redis has lost its data. */
  readonly epoch: string;
  /** Id of the process whose call made the change. */
  readonly author: string;
  /** Trial permits that are taken. */
  readonly runningTrials: number;
  /** When the first of them expires, by our monotonic clock. */
  readonly nextPermitAt: number;
}

/** The state of a circuit as this process knows it; every script gets it. */
export interface KnownState extends Pick<RemoteState, 'state' | 'revision' | 'epoch'> {
  /** Whether this process has decided alone since Redis last replied. */
  readonly hasDiverged: boolean;
  /** Whether it has also changed the status. */
  readonly hasMoved: boolean;
}

const ADMITTED = { 0: 'nothing', 1: 'call', 2: 'trial' } as const;

export interface Acquired {
  readonly admitted: (typeof ADMITTED)[keyof typeof ADMITTED];
  /** Permits that had expired. */
  readonly expired: number;
  readonly remote: RemoteState;
}

/**
 * Stores a circuit in Redis. Every method throws what the connection throws, and a TypeError for a state that no script
 * of ours wrote.
 */
export class RedisCircuitStore {
  /** Every change is published on this channel. */
  readonly channel: string;
  /** Id of this process for the others. */
  readonly author: string = randomUUID();
  readonly #publishedChannel: string;
  readonly #client: Redis;
  readonly #config: CircuitConfig;
  readonly #keys: string[];

  constructor(redis: RedisConnection, prefix: string, config: CircuitConfig) {
    // The braces put both keys into one slot of a cluster.
    const key = `${prefix}:{${config.name}}`;
    this.channel = `${key}:changed`;
    this.#publishedChannel = redis.channelOf(this.channel);
    this.#keys = [`${key}:state`, `${key}:trials`];
    this.#client = redis.client;
    this.#config = config;
  }

  async acquire(known: KnownState, trial: string): Promise<Acquired> {
    const [admitted, expired, state] = await this.#run<[0 | 1 | 2, number, unknown]>(TRY_ACQUIRE, known, [trial]);
    return { admitted: ADMITTED[admitted], expired, remote: this.read(state) };
  }

  async record(
    known: KnownState,
    { generation, trial = '' }: Permit,
    { outcome, failure }: CallResult,
  ): Promise<{ readonly counted: boolean; readonly remote: RemoteState }> {
    const result = [outcome, String(generation), trial, failure];
    const [counted, state] = await this.#run<[0 | 1, unknown]>(RECORD, known, result);
    return { counted: counted === 1, remote: this.read(state) };
  }

  async apply(known: KnownState, override: Override): Promise<RemoteState> {
    const until = override.type === 'isolate' ? override.until : undefined;
    const leftMs = until === undefined ? -1 : Math.max(0, until - this.#config.clock.now());
    const end = [String(until ?? -1), String(leftMs)];
    return this.read(await this.#run(APPLY, known, [override.type, override.reason, ...end]));
  }

  async sync(known: KnownState): Promise<RemoteState> {
    return this.read(await this.#run(SYNC, known, []));
  }

  /** @throws {TypeError} for a state that no script of ours wrote */
  read(state: unknown): RemoteState {
    const remote = decodeRemoteState(state, this.#config.clock);
    if (!remote) throw new TypeError(`circuit ${this.#config.name} has a foreign state in Redis`);
    return remote;
  }

  #run<T>(script: string, known: KnownState, args: string[]): Promise<T> {
    const { clock, failMax, successThreshold: threshold, trialPermits: permits } = this.#config;
    const rules = JSON.stringify({
      failMax,
      threshold,
      permits,
      deadline: this.#config.trialDeadlineMs,
      base: this.#config.resetTimeoutMs,
      max: this.#config.maxResetTimeoutMs,
      random: drawJitter(this.#config),
    });
    const common = [encodeKnownState(known, clock), rules, this.#publishedChannel, this.author];
    return this.#client.eval<string[], T>(script, this.#keys, [...common, ...args]);
  }
}

const SEVERITY = { closed: 0, half_open: 1, open: 1, isolated: 2 } as const;

/** Returns how severe a state is, as in the scripts: of two states, neither known to be later, the more severe holds. */
export function severityOf({ status, failCount }: CircuitState): number {
  return status === 'closed' ? failCount / (failCount + 1) : SEVERITY[status];
}

const STATUSES: ReadonlySet<unknown> = new Set<CircuitStatus>(['closed', 'open', 'half_open', 'isolated']);
const CAUSES: ReadonlySet<unknown> = new Set<Cause>(['calls', 'isolate', 'release', 'reset']);

/** Encodes times as durations before or after now: our clock is never compared with that of another machine. */
function encodeKnownState({ state, revision, epoch, hasDiverged, hasMoved }: KnownState, clock: Clock): string {
  const { status, cause, reason, lastFailure: failure, generation, failCount: fails, openings, successes } = state;
  const now = clock.monotonic();
  const ago = (time: number) => Math.round(now - time);
  const isWaiting = status === 'open' || status === 'isolated';
  const isEndless = state.retryAt === Number.POSITIVE_INFINITY;
  const rest = isWaiting ? (isEndless ? -1 : Math.ceil(Math.max(0, state.retryAt - now))) : 0;
  const values = { state: status, cause, reason, failure, generation, fails, openings, successes };
  const times = { since: ago(state.since), down: ago(state.openedAt), reset: state.resetTimeoutMs, rest };
  return JSON.stringify({
    revision,
    born: epoch,
    diverged: hasDiverged,
    moved: hasMoved,
    circuit: { ...values, ...times, till: state.until ?? -1 },
  });
}

/** @returns undefined for a value that no script of ours wrote */
function decodeRemoteState(value: unknown, clock: Clock): RemoteState | undefined {
  if (!isRecord(value)) return undefined;
  const { state: status, cause } = value;
  if (!isStatus(status) || !isCause(cause)) return undefined;
  let isComplete = true;
  const number = (name: string) => {
    const read = Number(value[name]);
    isComplete &&= Number.isFinite(read);
    return read;
  };
  const text = (name: string) => String(value[name]);
  const now = clock.monotonic();
  const [rest, till] = [number('rest'), number('till')];
  const state: CircuitState = {
    status,
    cause,
    generation: number('generation'),
    since: now - number('since'),
    reason: text('reason'),
    until: till < 0 ? undefined : till,
    failCount: number('fails'),
    lastFailure: text('failure'),
    openings: number('openings'),
    openedAt: now - number('down'),
    resetTimeoutMs: number('reset'),
    retryAt: rest < 0 ? Number.POSITIVE_INFINITY : now + rest,
    successes: number('successes'),
  };
  const revision = number('revision');
  const [runningTrials, nextPermitAt] = [number('running'), now + number('frees')];
  if (!isComplete) return undefined;
  return { state, revision, epoch: text('born'), author: text('author'), runningTrials, nextPermitAt };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isStatus(value: unknown): value is CircuitStatus {
  return STATUSES.has(value);
}

function isCause(value: unknown): value is Cause {
  return CAUSES.has(value);
}
