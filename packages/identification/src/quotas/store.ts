import type { RedisConnection } from '@plantcommunity/resilience';
import type { UsageReport } from '../providers/usage-report.ts';
import type { ProviderName } from '../types.ts';
import type { Settlement } from './call-verdict.ts';
import { reconciliationShift } from './correction.ts';
import { keptMs, type Period, periodsOf } from './periods.ts';
import {
  CLAIM_WARNING,
  COUNT_OVERDUE,
  INITIALIZE,
  MARK_EXHAUSTED,
  READ,
  RECONCILE,
  RESERVE,
  SETTLE,
} from './scripts.ts';

/** A provider's quota as Redis has it. */
export interface QuotaState {
  /** Of the questions of this process: a later one was answered later. */
  readonly order: number;
  /** Changes with whatever is not counted by us: corrections, limits, refusals. */
  readonly revision: number;
  /** When the provider was asked last, in milliseconds since 1970; 0: never. */
  readonly polledAt: number;
  /** It said so with a 429; 0: it did not. */
  readonly refusedUntil: number;
  /** Credits of calls that are out. */
  readonly inFlight: number;
  /** In the order of WINDOWS. */
  readonly windows: readonly WindowState[];
}

interface WindowState {
  readonly period: Period;
  readonly used: number;
  /** Else it is only what was added since Redis has lost its data, or the period is new. */
  readonly isInitialized: boolean;
  /** What the provider says. */
  readonly limit: number | undefined;
}

export interface Reservation {
  readonly id: string;
  readonly credits: number;
  /** When it was reserved: it belongs to the periods of then. */
  readonly at: number;
}

type Reserved = {
  readonly type: 'reserved' | 'refused' | 'stale_revision' | 'uninitialized';
  readonly state: QuotaState;
};

const RESERVED = ['refused', 'reserved', 'stale_revision', 'uninitialized'] as const;

/** The counters of one provider, shared by all processes. Every method throws when Redis does not answer. */
export class QuotaStore {
  readonly #redis: RedisConnection['client'];
  readonly #prefix: string;
  #order = 0;

  /** @param prefix of its keys; in braces stands the provider, so that they share a slot of a cluster */
  constructor(redis: RedisConnection, provider: ProviderName, prefix: string) {
    this.#redis = redis.client;
    this.#prefix = `${prefix}:{${provider}}`;
  }

  /** The standing of the periods that `now` lies in. */
  async read(now: number): Promise<QuotaState> {
    return await this.#readState(READ, now, []);
  }

  /** Returns the credits of calls that have certainly ended since the last usage request, but were never settled. */
  async overdueCredits(now: number): Promise<number> {
    return await this.#run<number>(COUNT_OVERDUE, now, []);
  }

  /** @param limits of each window, read at `word` */
  async reserve(
    claim: Reservation,
    expected: { word: number; limits: readonly (number | undefined)[]; overAt: number },
  ): Promise<Reserved> {
    const { at, credits, id } = claim;
    const limits = expected.limits.map((limit) => limit ?? '');
    const args = [expected.word, id, credits, expected.overAt, ...limits, ...this.#ttls(at, at)];
    const order = this.#nextOrder();
    const [code, reply] = await this.#run<[number, number[]]>(RESERVE, at, args);
    return { type: RESERVED[code] ?? 'refused', state: parseState(order, reply, at) };
  }

  /** @param used of each window */
  async initialize(now: number, used: readonly number[]): Promise<QuotaState> {
    return await this.#readState(INITIALIZE, now, [...used, ...this.#ttls(now, now)]);
  }

  async settle(claim: Reservation, now: number, verdict: Settlement): Promise<QuotaState> {
    const args = [claim.id, claim.credits, verdict, ...this.#ttls(claim.at, now)];
    return await this.#readState(SETTLE, now, args, claim.at);
  }

  /**
   * @param asked how things stood, and when, before the provider said it
   * @returns undefined when another word was taken over meanwhile
   */
  async reconcile(
    said: UsageReport,
    asked: { standing: QuotaState; at: number; inPassing: boolean },
    refusal: { now: number; refusesUntil: number },
  ): Promise<QuotaState | undefined> {
    const { at, inPassing, standing } = asked;
    const { now, refusesUntil } = refusal;
    const words = standing.windows.map(({ period, used }) => ({ used, word: said.windows[period.window] }));
    const uses = words.flatMap(({ used, word }): (number | string)[] =>
      word?.used === undefined
        ? ['', '']
        : [word.used, reconciliationShift(word.used, { used, out: standing.inFlight })],
    );
    const limits = words.map(({ word }) => (word === undefined ? '' : (word.limit ?? '-')));
    const args = [standing.revision, inPassing ? 0 : 1, at, refusesUntil, ...uses, ...limits, ...this.#ttls(at, now)];
    const order = this.#nextOrder();
    const [taken, reply] = await this.#run<[number, number[]]>(RECONCILE, now, args, at);
    return taken === 1 ? parseState(order, reply, at) : undefined;
  }

  async markExhausted(now: number, until: number): Promise<QuotaState> {
    return await this.#readState(MARK_EXHAUSTED, now, [until]);
  }

  /** Whether it is this process that is to warn. */
  async claimWarning(period: Period): Promise<boolean> {
    return (await this.#redis.eval(CLAIM_WARNING, [this.#key(period.id)], [])) === 1;
  }

  #nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }

  async #readState(
    script: string,
    now: number,
    args: readonly (number | string)[],
    at: number = now,
  ): Promise<QuotaState> {
    const order = this.#nextOrder();
    return parseState(order, await this.#run<number[]>(script, now, args, at), at);
  }

  /** @param at the moment whose periods are meant */
  #run<T>(script: string, now: number, args: readonly (number | string)[], at: number = now): Promise<T> {
    const keys = ['state', 'flight', ...periodsOf(at).map(({ id }) => id)].map((name) => this.#key(name));
    return this.#redis.eval<string[], T>(script, keys, [now, ...args].map(String));
  }

  #ttls(at: number, now: number): number[] {
    // What ended long ago is touched once more, and goes then.
    return periodsOf(at).map((period) => Math.max(60_000, keptMs(period, now)));
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }
}

function parseState(order: number, reply: number[], at: number): QuotaState {
  const [word = 0, askedAt = 0, refusesUntil = 0, out = 0, ...counts] = reply;
  const windows = periodsOf(at).map((period, index): WindowState => {
    const [used = -1, limit = -1] = counts.slice(2 * index);
    const hasBegun = used >= 0;
    return { period, used: hasBegun ? used : -1 - used, isInitialized: hasBegun, limit: limit < 0 ? undefined : limit };
  });
  return { order, revision: word, polledAt: askedAt, refusedUntil: refusesUntil, inFlight: out, windows };
}
