import { randomUUID } from 'node:crypto';
import type { Redis } from '@upstash/redis';
import type { RedisConnection } from '../redis/types.ts';
import { TRIAL_DEADLINE_MS } from './half-open.ts';
import { drawJitter } from './reset-timeout.ts';
import type { CallResult, Override, Permit } from './rules.ts';
import { ENTER, GIVE, NOTE, SYNC } from './scripts.ts';
import { decodeRemoteState, encodeKnownState, type KnownState, type RemoteState } from './shared-standing.ts';
import type { CircuitOptions } from './types.ts';

const ADMITTED = { 0: 'nothing', 1: 'call', 2: 'trial' } as const;

export interface Entry {
  readonly admitted: (typeof ADMITTED)[keyof typeof ADMITTED];
  /** Permits that had lapsed. */
  readonly lapsed: number;
  readonly shared: RemoteState;
}

/** The circuit as Redis keeps it. Every method throws what the connection throws, and for a foreign state. */
export class RedisCircuitStore {
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
    this.#redis = redis.client;
    this.#options = options;
  }

  async acquire(known: KnownState, trial: string): Promise<Entry> {
    const [admitted, lapsed, state] = await this.#run<[0 | 1 | 2, number, unknown]>(ENTER, known, [trial]);
    return { admitted: ADMITTED[admitted], lapsed, shared: this.read(state) };
  }

  async record(
    known: KnownState,
    { generation, trial = '' }: Permit,
    { outcome, failure }: CallResult,
  ): Promise<{ readonly counted: boolean; readonly shared: RemoteState }> {
    const result = [outcome, String(generation), trial, failure];
    const [counted, state] = await this.#run<[0 | 1, unknown]>(NOTE, known, result);
    return { counted: counted === 1, shared: this.read(state) };
  }

  async apply(known: KnownState, order: Override): Promise<RemoteState> {
    const until = order.type === 'isolate' ? order.until : undefined;
    const restMs = until === undefined ? -1 : Math.max(0, until - this.#options.clock.now());
    const end = [String(until ?? -1), String(restMs)];
    return this.read(await this.#run(GIVE, known, [order.type, order.reason, ...end]));
  }

  async sync(known: KnownState): Promise<RemoteState> {
    return this.read(await this.#run(SYNC, known, []));
  }

  /** @throws {TypeError} for what no script of ours wrote */
  read(state: unknown): RemoteState {
    const shared = decodeRemoteState(state, this.#options.clock);
    if (!shared) throw new TypeError(`circuit ${this.#options.name} has a foreign state in Redis`);
    return shared;
  }

  #run<T>(script: string, known: KnownState, args: string[]): Promise<T> {
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
    const common = [encodeKnownState(known, clock), rules, this.#published, this.author];
    return this.#redis.eval<string[], T>(script, this.#keys, [...common, ...args]);
  }
}
