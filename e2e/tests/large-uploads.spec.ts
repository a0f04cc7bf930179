import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type App, startApp } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { OWN_PAGE, requestSender } from '../fixtures/send-request.ts';
import { test } from '../fixtures/with-services.ts';

const IDENTIFY = '/api/v1/plant-identification/identify';
const UPLOADS = 10;
const PHOTO_BYTES = 10_485_760;
const EVERY_MS = 20;
const IDLE_MS = 1_000;
/** Five times what `npm run bench` wants of an app that has the machine for itself. */
const MAX_HEALTH_MS = 5 * 100;
const MAX_MEMORY_BYTES = 5 * 300_000_000;

/** Returns the resident memory of the app's web process (proc(5)): now, or the most that it ever was. */
function webMemory({ url }: App, field: 'VmRSS' | 'VmHWM'): number {
  const { port } = new URL(url);
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const web = processes.find((pid) => {
    try {
      const isWeb = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('apps/web/server.ts\0');
      return isWeb && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`\0PORT=${port}\0`);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
  const status = readFileSync(`/proc/${web}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024;
}

/** A 99th percentile. */
function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}

test('ten uploads of 10 MB at once are identified, and health is answered meanwhile', async ({
  services,
  simulator,
}) => {
  test.setTimeout(180_000);
  const app = await startApp({
    ...simulator.settings,
    ...services.settings,
    ...services.emptyRedis(),
    // One address may use a share of the memory for uploads only.
    TRUSTED_PROXY_HOPS: '1',
    IDENTIFY_RATE_ANONYMOUS: '1000/h',
  });
  const ask = requestSender(app.url);

  /** Asks for health at a fixed rate until the work has ended. Returns the milliseconds of each answer. */
  async function healthTimes(work: Promise<unknown>): Promise<number[]> {
    const times: Promise<number>[] = [];
    const timeOne = async () => {
      // One address may ask 50 times a second.
      const headers = { 'X-Forwarded-For': `203.0.113.${times.length % 100}` };
      const startedAt = performance.now();
      expect((await ask(`${IDENTIFY}/health`, { headers })).status).toBe(200);
      return performance.now() - startedAt;
    };
    const timer = setInterval(() => times.push(timeOne()), EVERY_MS);
    await work.finally(() => clearInterval(timer));
    return Promise.all(times);
  }

  try {
    const { buffer } = await plantPhoto(91);
    // Bytes behind the end of a photo are not decoded, and make each of them another photo.
    const photos = Array.from({ length: UPLOADS }, (_, number) => Buffer.concat([buffer], PHOTO_BYTES - number));
    const identify = async (photo: Buffer, number: number) => {
      const form = new FormData();
      form.set('image', new Blob([new Uint8Array(photo)]), 'leaf.jpg');
      const sent = new Response(form);
      const headers = { ...OWN_PAGE, 'X-Forwarded-For': `198.51.100.${number}` };
      const type = sent.headers.get('content-type') ?? '';
      const body = new Uint8Array(await sent.arrayBuffer());
      return ask(IDENTIFY, { method: 'POST', headers: { ...headers, 'Content-Type': type }, body });
    };
    const idle = await healthTimes(pause(IDLE_MS));
    const idleBytes = webMemory(app, 'VmRSS');
    const uploads = Promise.all(photos.map(identify));
    const loaded = await healthTimes(uploads);
    for (const { status } of await uploads) expect(status).toBe(200);
    // Other tests slow the idle app, too.
    expect(p99(loaded)).toBeLessThan(Math.max(MAX_HEALTH_MS, 5 * p99(idle)));
    expect(webMemory(app, 'VmHWM') - idleBytes).toBeLessThan(MAX_MEMORY_BYTES);
  } finally {
    await app.stop();
  }
});
