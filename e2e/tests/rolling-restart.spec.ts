import { Agent, request as httpRequest } from 'node:http';
import { expect } from '@playwright/test';
import { type App, startApp } from '../fixtures/app.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/with-services.ts';

const PATH = '/api/v1/plant-identification/identify';
/** Delay of each call to Plant.id: calls are in flight when the instance stops. */
const LATENCY_MS = 800;
const CLIENTS = 6;
/** Answers that each client gets from the second instance after the first one has stopped. */
const ANSWERS_AFTER = 2;

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
  const settings = {
    ...services.settings,
    ...services.emptyRedis(),
    ...simulator.settings,
    IDENTIFY_RATE_ANONYMOUS: '1000/h',
  };
  const [old, fresh] = await Promise.all([startApp(settings), startApp(settings)]);
  const answers: Answer[] = [];
  const firstRound = Promise.withResolvers<void>();
  let movedOn = 0;
  try {
    const before = await simulator.calls();

    /** Uploads photos one by one; like a proxy, retries a refused connection at the other instance. */
    const client = async (number: number) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let target: App = old;
      let answersAfter = 0;
      for (let n = 0; answersAfter < ANSWERS_AFTER; n += 1) {
        const { buffer } = await plantPhoto(5_000 + number * 1_000 + n);
        try {
          answers.push(await identify(target.url, agent, buffer));
        } catch (error) {
          if (target === fresh || !isRefused(error)) throw error;
          target = fresh;
          movedOn += 1;
          answers.push(await identify(target.url, agent, buffer));
        }
        if (target === fresh) answersAfter += 1;
        if (answers.length >= CLIENTS) firstRound.resolve();
      }
      agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
    await Promise.race([firstRound.promise, clients]);

    await old.stop();
    expect(old.output()).toContain('Shutdown complete');
    await clients;

    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.some(({ connection }) => connection === 'close')).toBe(true);
    expect(movedOn).toBe(CLIENTS);
    const after = await simulator.calls();
    expect(after.plant_id - before.plant_id).toBe(answers.length);
    expect(after.plantnet - before.plantnet).toBe(answers.length);
  } finally {
    await simulator.clear();
    await Promise.all([old.stop(), fresh.stop()]);
  }
});
