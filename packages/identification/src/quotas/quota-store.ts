import type { RedisConnection } from '@plantcommunity/resilience';
import type { ProviderName } from '../provider.ts';
import type { CallVerdict } from './call-verdict.ts';
import { shiftOf } from './correction.ts';
import { keptMs, type Period, periodsOf } from './period.ts';
import { BEGIN, CORRECT, IN_DOUBT, LOOK, REFUSED, RESERVE, SETTLE, WARN } from './quota-scripts.ts';
import type { QuotaWord } from './quota-word.ts';

/** A provider's quota as Redis has it. */
export interface Standing {
  /** Of the questions of this process: a later one was answered later. */
  readonly order: number;
  /** Changes with whatever is not counted by us: corrections, limits, refusals. */
  readonly word: number;
  /** When the provider was asked last, in milliseconds since 1970; 0: never. */
  readonly askedAt: number;
  /** It said so with a 429; 0: it did not. */
  readonly refusesUntil: number;
  /** Credits of calls that are out. */
  readonly out: number;
  /** In the order of WINDOWS. */
  readonly windows: readonly WindowStanding[];
}

interface WindowStanding {
  readonly period: Period;
  readonly used: number;
  /** Else it is only what was added since Redis has lost its data, or the period is new. */
  readonly hasBegun: boolean;
  /** What the provider says. */
  readonly limit: number | undefined;
}

export interface Claim {
  readonly id: string;
  readonly credits: number;
  /** When it was reserved: it belongs to the periods of then. */
  readonly at: number;
}

type Reserved = { readonly got: 'taken' | 'refused' | 'another_word' | 'not_begun'; readonly standing: Standing };

const RESERVED = ['refused', 'taken', 'another_word', 'not_begun'] as const;

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
  async look(now: number): Promise<Standing> {
    return await this.#standing(LOOK, now, []);
  }

  /** Returns the credits of calls that have certainly ended since the last usage request, but were never settled. */
  async inDoubt(now: number): Promise<number> {
    return await this.#run<number>(IN_DOUBT, now, []);
  }

  /** @param limits of each window, read at `word` */
  async reserve(
    claim: Claim,
    expected: { word: number; limits: readonly (number | undefined)[]; overAt: number },
  ): Promise<Reserved> {
    const { at, credits, id } = claim;
    const limits = expected.limits.map((limit) => limit ?? '');
    const args = [expected.word, id, credits, expected.overAt, ...limits, ...this.#kept(at, at)];
    const order = this.#next();
    const [code, reply] = await this.#run<[number, number[]]>(RESERVE, at, args);
    return { got: RESERVED[code] ?? 'refused', standing: standingOf(order, reply, at) };
  }

  /** @param used of each window */
  async begin(now: number, used: readonly number[]): Promise<Standing> {
    return await this.#standing(BEGIN, now, [...used, ...this.#kept(now, now)]);
  }

  async settle(claim: Claim, now: number, verdict: CallVerdict): Promise<Standing> {
    const args = [claim.id, claim.credits, verdict, ...this.#kept(claim.at, now)];
    return await this.#standing(SETTLE, now, args, claim.at);
  }

  /**
   * @param asked how things stood, and when, before the provider said it
   * @returns undefined when another word was taken over meanwhile
   */
  async correct(
    said: QuotaWord,
    asked: { standing: Standing; at: number; inPassing: boolean },
    refusal: { now: number; refusesUntil: number },
  ): Promise<Standing | undefined> {
    const { at, inPassing, standing } = asked;
    const { now, refusesUntil } = refusal;
    const words = standing.windows.map(({ period, used }) => ({ used, word: said.windows[period.window] }));
    const uses = words.flatMap(({ used, word }): (number | string)[] =>
      word?.used === undefined ? ['', ''] : [word.used, shiftOf(word.used, { used, out: standing.out })],
    );
    const limits = words.map(({ word }) => (word === undefined ? '' : (word.limit ?? '-')));
    const args = [standing.word, inPassing ? 0 : 1, at, refusesUntil, ...uses, ...limits, ...this.#kept(at, now)];
    const order = this.#next();
    const [taken, reply] = await this.#run<[number, number[]]>(CORRECT, now, args, at);
    return taken === 1 ? standingOf(order, reply, at) : undefined;
  }

  async refused(now: number, until: number): Promise<Standing> {
    return await this.#standing(REFUSED, now, [until]);
  }

  /** Whether it is this process that is to warn. */
  async warns(period: Period): Promise<boolean> {
    return (await this.#redis.eval(WARN, [this.#key(period.id)], [])) === 1;
  }

  #next(): number {
    this.#order += 1;
    return this.#order;
  }

  async #standing(
    script: string,
    now: number,
    args: readonly (number | string)[],
    at: number = now,
  ): Promise<Standing> {
    const order = this.#next();
    return standingOf(order, await this.#run<number[]>(script, now, args, at), at);
  }

  /** @param at the moment whose periods are meant */
  #run<T>(script: string, now: number, args: readonly (number | string)[], at: number = now): Promise<T> {
    const keys = ['state', 'flight', ...periodsOf(at).map(({ id }) => id)].map((name) => this.#key(name));
    return this.#redis.eval<string[], T>(script, keys, [now, ...args].map(String));
  }

  #kept(at: number, now: number): number[] {
    // What ended long ago is touched once more, and goes then.
    return periodsOf(at).map((period) => Math.max(60_000, keptMs(period, now)));
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }
}

function standingOf(order: number, reply: number[], at: number): Standing {
  const [word = 0, askedAt = 0, refusesUntil = 0, out = 0, ...counts] = reply;
  const windows = periodsOf(at).map((period, index): WindowStanding => {
    const [used = -1, limit = -1] = counts.slice(2 * index);
    const hasBegun = used >= 0;
    return { period, used: hasBegun ? used : -1 - used, hasBegun, limit: limit < 0 ? undefined : limit };
  });
  return { order, word, askedAt, refusesUntil, out, windows };
}
