import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { noiseJpeg } from '@plantcommunity/identification/testing/photos';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { compareRounds, median, quantile } from './rounds.ts';
import { connection, send, type Upload, uploadOf } from './upload.ts';

const UPLOADS = 10;
const PHOTO_BYTES = 10_485_760;
const ROUNDS = 9;
/** Time between two requests for health, whether the first one was answered or not. */
const EVERY_MS = 10;
/** How long the app is idle in each round. */
const IDLE_MS = 500;
const HEALTH_BAR_MS = 100;
const MEMORY_BAR_MB = 300;
const TELLS_MEMORY = process.platform === 'linux';

/** Settings of an app whose callers have different addresses, since one address has a share of the memory only. */
export const BEHIND_A_PROXY = { TRUSTED_PROXY_HOPS: '1', LOG_LEVEL: 'error' };

/**
 * Returns the rows of ten photos of 10 MB that are identified at once, in an app with `BEHIND_A_PROXY`: how fast health is
 * answered meanwhile, against an idle app, and how much memory the app takes, against that before the first of them. Only
 * Linux tells the memory.
 */
export async function largeUploadRows(app: BenchApp): Promise<BenchRow[]> {
  const photo = await noiseJpeg(4_000, 3_000);
  const idleMegabytes = residentMegabytes(app, 'VmRSS');
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const idle = await healthTimes(app, pause(IDLE_MS));
    resetPeak(app);
    const uploads = Array.from({ length: UPLOADS }, (_, index) => numbered(photo, round * UPLOADS + index));
    const loaded = await healthTimes(app, identifyAtOnce(app, uploads));
    const megabytes = residentMegabytes(app, 'VmHWM');
    // The first one warms up.
    if (round > 0) rounds.push({ idle: quantile(idle, 0.99), loaded: quantile(loaded, 0.99), megabytes });
  }
  const floor = rounds.map(({ idle }) => idle);
  const ours = rounds.map(({ loaded }) => loaded);
  const peaks = rounds.map(({ megabytes }) => megabytes);
  const health: BenchRow = {
    name: 'health during ten uploads of 10 MB, p99, over idle',
    unit: 'ms',
    ...compareRounds(floor, ours),
    bar: `<= ${HEALTH_BAR_MS} ms`,
    holds: median(ours) <= HEALTH_BAR_MS,
    peers: [],
  };
  if (!TELLS_MEMORY) return [health];
  const idleMemory = peaks.map(() => idleMegabytes);
  const memory: BenchRow = {
    name: 'memory during ten uploads of 10 MB, peak, over idle',
    unit: 'MB',
    ...compareRounds(idleMemory, peaks),
    bar: `<= floor + ${MEMORY_BAR_MB} MB`,
    holds: Math.max(...peaks) <= idleMegabytes + MEMORY_BAR_MB,
    peers: [],
  };
  return [health, memory];
}

/** Returns an upload of the photo as one of 10 MB that was never sent before: bytes behind its end are not decoded. */
function numbered(photo: Buffer, number: number): Upload {
  const bytes = Buffer.concat([photo], PHOTO_BYTES);
  bytes.writeUInt32BE(number, PHOTO_BYTES - 4);
  return { ...uploadOf(bytes), from: `198.51.100.${number}` };
}

async function identifyAtOnce({ url }: BenchApp, uploads: readonly Upload[]): Promise<void> {
  const identifyOne = async (upload: Upload) => {
    const agent = connection();
    await send(`${url}/api/v1/plant-identification/identify`, upload, 200, agent);
    agent.destroy();
  };
  await Promise.all(uploads.map(identifyOne));
}

/** Asks for health at a fixed rate until the work has ended. Returns the milliseconds of each answer. */
async function healthTimes({ url }: BenchApp, work: Promise<unknown>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: Promise<number>[] = [];
  const timer = setInterval(() => {
    // One address may ask 50 times a second.
    const from = `203.0.113.${times.length % 100}`;
    times.push(timeOf(`${url}/api/v1/plant-identification/identify/health`, agent, from));
  }, EVERY_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
  const ended = await Promise.all(times);
  agent.destroy();
  return ended;
}

function timeOf(url: string, agent: Agent, from: string): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'X-Forwarded-For': from } }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startedAt);
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    }).once('error', reject);
  });
}

/** Reads the resident memory of the web process (proc(5)): now, or at its peak. 0 where it is not told. */
function residentMegabytes({ pid }: BenchApp, field: 'VmRSS' | 'VmHWM'): number {
  if (!TELLS_MEMORY) return 0;
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1_024) / 1_000_000;
}

/** Lets the peak begin with the memory of now. */
function resetPeak({ pid }: BenchApp): void {
  if (TELLS_MEMORY) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
