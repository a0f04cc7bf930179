import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settlement } from './call-verdict.ts';
import { type QuotaState, QuotaStore, type Reservation } from './store.ts';
import { NOON } from './testing/quota-fleet.ts';

const LIMIT = 12;

const STEPS = ['reserve', 'arrive', 'end', 'refuse', 'ask', 'read', 'hear'] as const;
type Step = (typeof STEPS)[number] | 'stranger';

/** The provider as it is, and what we have counted of it. */
class World {
  /** What the provider has counted, of us and of others. */
  counted = 0;
  readonly #store: QuotaStore;
  readonly #reserved: Reservation[] = [];
  readonly #arrived: Reservation[] = [];
  readonly #asked: { readonly standing: QuotaState; said: number | undefined }[] = [];
  #word = 0;

  constructor(store: QuotaStore) {
    this.#store = store;
  }

  async take(step: Step): Promise<void> {
    switch (step) {
      case 'reserve':
        return this.#reserve();
      case 'arrive':
        return this.#move(this.#reserved, (claim) => {
          this.counted += claim.credits;
          this.#arrived.push(claim);
        });
      case 'end':
        return this.#move(this.#arrived, (claim) => this.#settle(claim, 'counted'));
      case 'refuse':
        return this.#move(this.#reserved, (claim) => this.#settle(claim, 'released'));
      case 'ask':
        this.#asked.push({ standing: await this.#store.read(NOON), said: undefined });
        return;
      case 'read':
        return this.#read();
      case 'hear':
        return this.#hear();
      case 'stranger':
        this.counted += 1;
    }
  }

  async used(): Promise<number> {
    return (await this.#store.read(NOON)).windows[1]?.used ?? -1;
  }

  /** Of calls that the provider has not met yet. */
  get underWay(): number {
    return this.#reserved.reduce((sum, { credits }) => sum + credits, 0);
  }

  /** Everything that is out ends, and then the provider is asked again. */
  async comeToRest(): Promise<void> {
    while (this.#reserved.length > 0) await this.take('arrive');
    while (this.#arrived.length > 0) await this.take('end');
    while (this.#asked.length > 0) await this.take('hear');
    await this.take('ask');
    await this.take('hear');
  }

  async #reserve(): Promise<void> {
    const claim = { id: randomUUID(), credits: 1 + (this.counted % 2), at: NOON };
    const limits = [undefined, LIMIT, undefined, undefined, undefined];
    for (;;) {
      const { type: got, state: standing } = await this.#store.reserve(claim, {
        word: this.#word,
        limits,
        overAt: NOON + 1,
      });
      this.#word = standing.revision;
      if (got === 'reserved') this.#reserved.push(claim);
      if (got === 'uninitialized') await this.#store.initialize(NOON, [0, 0, 0, 0, 0]);
      if (got === 'reserved' || got === 'refused') return;
    }
  }

  /** The provider looks at its numbers at some time between question and answer. */
  #read(): void {
    const asked = this.#asked.find(({ said }) => said === undefined);
    if (asked !== undefined) asked.said = this.counted;
  }

  async #hear(): Promise<void> {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    const { said = this.counted, standing } = asked;
    const word = { windows: { day: { limit: LIMIT, used: said } }, exhausted: false };
    await this.#store.reconcile(word, { standing, at: NOON, inPassing: false }, { now: NOON, refusesUntil: 0 });
  }

  async #settle(claim: Reservation, verdict: Settlement): Promise<void> {
    await this.#store.settle(claim, NOON, verdict);
  }

  async #move(from: Reservation[], how: (claim: Reservation) => Promise<void> | void): Promise<void> {
    const claim = from.shift();
    if (claim !== undefined) await how(claim);
  }
}

describe.skipIf(!testRedisUrl)('words and calls in whatever order', () => {
  let redis: RedisConnection;
  beforeAll(async () => {
    redis = await connectRedis({ url: testRedisUrl }, { timeoutMs: 5_000 });
  });
  afterAll(() => redis.close());

  const world = () => new World(new QuotaStore(redis, 'plantnet', `test:${randomUUID()}`));
  const ways = (steps: readonly Step[]) => array(constantFrom(...steps), { minLength: 20, maxLength: 80 });

  it('never let more through than there is, and never less, while we alone spend', async () => {
    await assert(
      asyncProperty(ways(STEPS), async (steps) => {
        const ours = world();
        for (const step of steps) {
          await ours.take(step);
          expect(ours.counted).toBeLessThanOrEqual(LIMIT);
          expect(await ours.used()).toBe(ours.counted + ours.underWay);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('end in what the provider counts, whoever spends too', async () => {
    await assert(
      asyncProperty(ways([...STEPS, 'stranger']), async (steps) => {
        const ours = world();
        for (const step of steps) await ours.take(step);
        await ours.comeToRest();
        expect(await ours.used()).toBe(ours.counted);
      }),
      { numRuns: 60 },
    );
  });
});
