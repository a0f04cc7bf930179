import { Agent, request as httpRequest } from 'node:http';
import { expect } from '@playwright/test';
import { type App, startApp } from '../fixtures/app.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/with-services.ts';

const PATH = '/api/v1/plant-identification/identify';
/** Delay of each call to Plant.id: calls are in flight when the instance stops. */
const LATENCY_MS = 1_500;
const CLIENTS = 6;
const PHOTOS_EACH = 8;

interface Answer {
  status: number;
  connection: string | undefined;
}

/** Uploads a photo on a keep-alive connection, like a proxy in front of the app. */
async function identify(url: string, agent: Agent, photo: Buffer): Promise<Answer> {
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'leaf.jpg');
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const headers = { 'Content-Type': encoded.headers.get('content-type') ?? '', 'Content-Length': body.length };
  return new Promise((resolve, reject) => {
    httpRequest(`${url}${PATH}`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
      });
      response.once('error', reject);
    })
      .once('error', reject)
      .end(body);
  });
}

const isRefused = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

test('a restart under load loses no request and buys no photo twice', async ({ services, simulator }) => {
  test.setTimeout(240_000);
  await simulator.fault({ provider: 'plant_id', latencyMs: LATENCY_MS });
  const settings = { ...services.settings, ...simulator.settings, IDENTIFY_RATE_ANONYMOUS: '1000/h' };
  // Sequential, because the first one migrates the database.
  const old = await startApp(settings);
  const fresh = await startApp(settings);
  const answers: Answer[] = [];
  let movedOn = 0;
  try {
    const before = await simulator.calls();

    /** Uploads photos one by one; like a proxy, retries a refused connection at the other instance. */
    const client = async (number: number) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let target: App = old;
      for (let n = 0; n < PHOTOS_EACH; n += 1) {
        const { buffer } = await plantPhoto(5_000 + number * PHOTOS_EACH + n);
        try {
          answers.push(await identify(target.url, agent, buffer));
        } catch (error) {
          if (target === fresh || !isRefused(error)) throw error;
          target = fresh;
          movedOn += 1;
          answers.push(await identify(target.url, agent, buffer));
        }
      }
      agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
    await expect.poll(() => answers.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(CLIENTS);

    await old.stop();
    expect(old.output()).toContain('"msg":"Shutdown complete"');
    await clients;

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: CLIENTS * PHOTOS_EACH }, () => 200));
    expect(answers.some(({ connection }) => connection === 'close')).toBe(true);
    expect(movedOn).toBe(CLIENTS);
    const after = await simulator.calls();
    expect(after.plant_id - before.plant_id).toBe(CLIENTS * PHOTOS_EACH);
    expect(after.plantnet - before.plantnet).toBe(CLIENTS * PHOTOS_EACH);
  } finally {
    await simulator.clear();
    await Promise.all([old.stop(), fresh.stop()]);
  }
});
