import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '@plantcommunity/resilience';
import { connectTestRedis, testRedisUrl } from '@plantcommunity/resilience/testing';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QuotaStore } from './store.ts';
import { NOON } from './testing/quota-fleet.ts';
import type { QuotaState, Reservation, Settlement } from './types.ts';

const LIMIT = 12;

const STEPS = ['reserve', 'arrive', 'end', 'refuse', 'request', 'read', 'report'] as const;
type Step = (typeof STEPS)[number] | 'other_client';

/** Simulates the provider beside our count of it. */
class World {
  /** Credits that the provider has counted, ours and those of other clients. */
  counted = 0;
  readonly #store: QuotaStore;
  readonly #reserved: Reservation[] = [];
  readonly #arrived: Reservation[] = [];
  /** Usage requests in flight: the state before each, and the count that the provider has read for it. */
  readonly #requests: { readonly state: QuotaState; reported: number | undefined }[] = [];
  #revision = 0;

  constructor(store: QuotaStore) {
    this.#store = store;
  }

  async take(step: Step): Promise<void> {
    switch (step) {
      case 'reserve':
        return this.#reserve();
      case 'arrive':
        return this.#move(this.#reserved, (reservation) => {
          this.counted += reservation.credits;
          this.#arrived.push(reservation);
        });
      case 'end':
        return this.#move(this.#arrived, (reservation) => this.#settle(reservation, 'counted'));
      case 'refuse':
        return this.#move(this.#reserved, (reservation) => this.#settle(reservation, 'released'));
      case 'request':
        this.#requests.push({ state: await this.#store.read(NOON), reported: undefined });
        return;
      case 'read':
        return this.#read();
      case 'report':
        return this.#report();
      case 'other_client':
        this.counted += 1;
    }
  }

  async used(): Promise<number> {
    return (await this.#store.read(NOON)).windows[1]?.used ?? -1;
  }

  /** Credits of calls that the provider has not counted yet. */
  get underWay(): number {
    return this.#reserved.reduce((sum, { credits }) => sum + credits, 0);
  }

  /** Ends all calls and usage requests, then polls the provider once more. */
  async finish(): Promise<void> {
    while (this.#reserved.length > 0) await this.take('arrive');
    while (this.#arrived.length > 0) await this.take('end');
    while (this.#requests.length > 0) await this.take('report');
    await this.take('request');
    await this.take('report');
  }

  async #reserve(): Promise<void> {
    const reservation = { id: randomUUID(), credits: 1 + (this.counted % 2), at: NOON };
    const limits = [undefined, LIMIT, undefined, undefined, undefined];
    for (;;) {
      const expected = { revision: this.#revision, limits, endedAt: NOON + 1 };
      const { state, type } = await this.#store.reserve(reservation, expected);
      this.#revision = state.revision;
      if (type === 'reserved') this.#reserved.push(reservation);
      if (type === 'uninitialized') await this.#store.initialize(NOON, [0, 0, 0, 0, 0]);
      if (type === 'reserved' || type === 'refused') return;
    }
  }

  /** The provider reads its count at some time between request and report. */
  #read(): void {
    const request = this.#requests.find(({ reported }) => reported === undefined);
    if (request !== undefined) request.reported = this.counted;
  }

  async #report(): Promise<void> {
    const request = this.#requests.shift();
    if (request === undefined) return;
    const { reported = this.counted, state } = request;
    const report = { windows: { day: { limit: LIMIT, used: reported } }, exhausted: false };
    await this.#store.reconcile(report, { state, at: NOON, isActive: true }, { now: NOON, refusedUntil: 0 });
  }

  async #settle(reservation: Reservation, settlement: Settlement): Promise<void> {
    await this.#store.settle(reservation, NOON, settlement);
  }

  async #move(from: Reservation[], apply: (reservation: Reservation) => Promise<void> | void): Promise<void> {
    const reservation = from.shift();
    if (reservation !== undefined) await apply(reservation);
  }
}

describe.skipIf(!testRedisUrl)('usage reports and calls in any order', () => {
  let redis: RedisConnection;
  beforeAll(async () => {
    redis = await connectTestRedis();
  });
  afterAll(() => redis.close());

  const world = () => new World(new QuotaStore(redis, 'plantnet', `test:${randomUUID()}`));
  const sequences = (steps: readonly Step[]) => array(constantFrom(...steps), { minLength: 20, maxLength: 80 });

  it('let exactly the remaining credits through while no other client spends', async () => {
    await assert(
      asyncProperty(sequences(STEPS), async (steps) => {
        const simulation = world();
        for (const step of steps) {
          await simulation.take(step);
          expect(simulation.counted).toBeLessThanOrEqual(LIMIT);
          expect(await simulation.used()).toBe(simulation.counted + simulation.underWay);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('end with the count of the provider, even if other clients spend', async () => {
    await assert(
      asyncProperty(sequences([...STEPS, 'other_client']), async (steps) => {
        const simulation = world();
        for (const step of steps) await simulation.take(step);
        await simulation.finish();
        expect(await simulation.used()).toBe(simulation.counted);
      }),
      { numRuns: 60 },
    );
  });
});
