import { expect } from '@playwright/test';
import { type App, startApp } from '../fixtures/app.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { startProxy } from '../fixtures/proxy.ts';
import { test } from '../fixtures/with-services.ts';

const PATH = '/api/v1/plant-identification/identify';
/** Delay of each call to Plant.id: calls are in flight when an instance stops. */
const LATENCY_MS = 500;
const INSTANCES = 3;
const PHOTOS_AT_ONCE = 3;
/** Clients that send the same photo at once, to different instances. */
const CLIENTS_PER_PHOTO = 2;

test('a rolling restart of three instances behind a proxy loses no request and buys no photo twice', async ({
  services,
  simulator,
}) => {
  test.setTimeout(240_000);
  await simulator.fault({ provider: 'plant_id', latencyMs: LATENCY_MS });
  const settings = {
    ...services.settings,
    ...services.emptyRedis(),
    ...simulator.settings,
    IDENTIFY_RATE_ANONYMOUS: '100000/h',
  };
  const startInstances = () => Promise.all(Array.from({ length: INSTANCES }, () => startApp(settings)));
  const old = await startInstances();
  const proxy = await startProxy(old.map(({ url }) => url));
  let fresh: App[] = [];
  try {
    const before = await simulator.calls();
    const statuses: number[] = [];
    let photos = 0;
    const restarted = new AbortController();

    /** Sends one new photo after the other until the restart is over, each from several clients at once. */
    const load = async (number: number) => {
      for (let n = 0; !restarted.signal.aborted; n += 1) {
        const photo = plantPhoto(5_000 + number * 1_000 + n);
        photos += 1;
        const send = async () => {
          const answer = await fetch(`${proxy.url}${PATH}`, { method: 'POST', body: await formWith(photo) });
          await answer.arrayBuffer();
          return answer.status;
        };
        statuses.push(...(await Promise.all(Array.from({ length: CLIENTS_PER_PHOTO }, send))));
      }
    };
    const loads = Promise.all(Array.from({ length: PHOTOS_AT_ONCE }, (_, number) => load(number)));

    // Their replacements start together, because a start takes longer than the rest of this test.
    fresh = await startInstances();
    for (const [n, app] of old.entries()) {
      const { url = '' } = fresh[n] ?? {};
      proxy.add(url);
      await expect.poll(() => proxy.answers.get(url) ?? 0, { intervals: [50] }).toBeGreaterThan(0);
      await app.stop();
      expect(app.output()).toContain('Shutdown complete');
    }
    restarted.abort();
    await loads;

    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const after = await simulator.calls();
    expect(after.plant_id - before.plant_id).toBe(photos);
    expect(after.plantnet - before.plantnet).toBe(photos);
    expect(statuses).toHaveLength(photos * CLIENTS_PER_PHOTO);
  } finally {
    await simulator.clear();
    await proxy.close();
    await Promise.all([...old, ...fresh].map((app) => app.stop()));
  }
});
