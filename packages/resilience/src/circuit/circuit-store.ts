import { randomUUID } from 'node:crypto';
import type { Redis } from '@upstash/redis';
import type { RedisConnection } from '../redis/redis-connection.ts';
import type { CircuitOptions } from './circuit.ts';
import { ENTER, GIVE, NOTE, SYNC } from './circuit-scripts.ts';
import { TRIAL_DEADLINE_MS } from './recovery.ts';
import { drawJitter } from './reset-timeout.ts';
import type { Order, Pass, Result } from './rules.ts';
import { type Knowledge, readShared, type SharedStanding, writeKnowledge } from './shared-standing.ts';

const ADMITTED = { 0: 'nothing', 1: 'call', 2: 'trial' } as const;

export interface Entry {
  readonly admitted: (typeof ADMITTED)[keyof typeof ADMITTED];
  /** Permits that had lapsed. */
  readonly lapsed: number;
  readonly shared: SharedStanding;
}

/** The circuit as Redis keeps it. Every method throws what the connection throws, and for a foreign state. */
export class CircuitStore {
  /** Channel on which every change is published. */
  readonly channel: string;
  readonly #published: string;
  /** Who this process is to the others. */
  readonly author: string = randomUUID();
  readonly #redis: Redis;
  readonly #options: CircuitOptions;
  readonly #keys: string[];

  constructor(redis: RedisConnection, prefix: string, options: CircuitOptions) {
    // In braces: both keys share a slot of a cluster.
    const key = `${prefix}:{${options.name}}`;
    this.channel = `${key}:changed`;
    this.#published = redis.channelOf(this.channel);
    this.#keys = [`${key}:state`, `${key}:trials`];
    this.#redis = redis.redis;
    this.#options = options;
  }

  async enter(known: Knowledge, trial: string): Promise<Entry> {
    const [admitted, lapsed, state] = await this.#run<[0 | 1 | 2, number, unknown]>(ENTER, known, [trial]);
    return { admitted: ADMITTED[admitted], lapsed, shared: this.read(state) };
  }

  async note(
    known: Knowledge,
    { generation, trial = '' }: Pass,
    { outcome, failure }: Result,
  ): Promise<{ readonly counted: boolean; readonly shared: SharedStanding }> {
    const result = [outcome, String(generation), trial, failure];
    const [counted, state] = await this.#run<[0 | 1, unknown]>(NOTE, known, result);
    return { counted: counted === 1, shared: this.read(state) };
  }

  async give(known: Knowledge, order: Order): Promise<SharedStanding> {
    const until = order.give === 'isolate' ? order.until : undefined;
    const restMs = until === undefined ? -1 : Math.max(0, until - this.#options.clock.now());
    const end = [String(until ?? -1), String(restMs)];
    return this.read(await this.#run(GIVE, known, [order.give, order.reason, ...end]));
  }

  async sync(known: Knowledge): Promise<SharedStanding> {
    return this.read(await this.#run(SYNC, known, []));
  }

  /** @throws {TypeError} for what no script of ours wrote */
  read(state: unknown): SharedStanding {
    const shared = readShared(state, this.#options.clock);
    if (!shared) throw new TypeError(`circuit ${this.#options.name} has a foreign state in Redis`);
    return shared;
  }

  #run<T>(script: string, known: Knowledge, args: string[]): Promise<T> {
    const { clock, failMax, successThreshold: threshold, trialPermits: permits } = this.#options;
    const rules = JSON.stringify({
      failMax,
      threshold,
      permits,
      deadline: this.#options.trialDeadlineMs ?? TRIAL_DEADLINE_MS,
      base: this.#options.resetTimeoutMs,
      max: this.#options.maxResetTimeoutMs,
      random: drawJitter(this.#options),
    });
    const common = [writeKnowledge(known, clock), rules, this.#published, this.author];
    return this.#redis.eval<string[], T>(script, this.#keys, [...common, ...args]);
  }
}
