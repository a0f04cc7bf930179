import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Container } from './container.ts';
import { pngOfShade } from './testing/png.ts';
import { type Simulator, startInstance, startSimulator, stopInstance } from './testing/wired-instance.ts';

const IDENTIFY = 'http://localhost:3000/api/v1/plant-identification/identify';
const redisUrl = process.env['TEST_REDIS_URL'];
const SETTINGS = {
  PLANT_ID_API_KEY: 'some-key',
  PLANTNET_API_KEY: 'some-key',
  // A day, so that no new window begins during the test.
  IDENTIFY_RATE_ANONYMOUS: '4/d',
  PLANT_ID_CREDIT_COST: '0.05',
};

/** Starts two fully wired instances on one Redis, and the simulator in a process of its own. */
describe.skipIf(redisUrl === undefined)('the figures of operators', () => {
  let simulator: Simulator;
  let instances: Container[] = [];

  beforeEach(async () => {
    simulator = await startSimulator();
    for (let n = 0; n < 2; n += 1) instances.push(await startInstance(simulator, redisUrl ?? '', SETTINGS));
    for (const { counters } of instances) counters.start();
  });
  afterEach(async () => {
    await Promise.all(instances.map(stopInstance));
    instances = [];
    simulator.stop();
  });

  /** Asks one of the instances about a photo, anonymously. Returns the status. */
  async function ask(instance: number, shade: number): Promise<number | undefined> {
    const form = new FormData();
    form.append('image', new Blob([pngOfShade(shade)], { type: 'image/png' }), 'leaf.png');
    const sent = { method: 'POST', body: form, headers: { 'Sec-Fetch-Site': 'same-origin' } };
    return (await instances[instance]?.api.rest(new Request(IDENTIFY, sent)))?.status;
  }

  it('have what both instances counted, as each of them shows it', async () => {
    // Bought once for two providers; out of Redis at the other instance, then out of its memory; a second photo; refused.
    const statuses: (number | undefined)[] = [];
    for (const [instance, shade] of [
      [0, 1],
      [1, 1],
      [1, 1],
      [0, 2],
      [0, 3],
    ] as const) {
      statuses.push(await ask(instance, shade));
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    const figures = async ({ operations }: Container) => {
      const { answers, cache, limits, minutes } = await operations.overview();
      const sum = (of: 'ok' | 'cached') => minutes.plant_id.reduce((total, minute) => total + minute[of], 0);
      const { cached, fresh, retry } = answers;
      const refused = limits.rows.find(({ tier }) => tier === 'anonymous');
      return {
        answers: { cached, fresh, retry },
        cache,
        calls: { ok: sum('ok'), cached: sum('cached') },
        leases: Math.max(...minutes.plantnet.map((minute) => minute.leases)),
        refused: refused?.refused,
      };
    };
    for (const instance of instances) {
      await expect
        .poll(() => figures(instance))
        .toEqual({
          answers: { cached: 2, fresh: 2, retry: 0 },
          // One look-up for each provider; an answer with diseases costs Plant.id two credits.
          cache: {
            memory: 2,
            redis: 2,
            miss: 4,
            stale: 0,
            savedCalls: 2,
            savedCredits: 4,
            usualCredits: 2,
            creditCost: 0.05,
          },
          calls: { ok: 2, cached: 2 },
          leases: 1,
          refused: 1,
        });
    }
  });
});
