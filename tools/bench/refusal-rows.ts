import type { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { noisePhoto } from './noise-photo.ts';
import { compareRounds, median, quantile } from './rounds.ts';
import { connection, send, type Upload, uploadOf } from './upload.ts';

const CALLERS = 50;
/** Time between two requests of a caller: 100 requests a second in all. */
const EVERY_MS = 500;
const PAIRS = 5;
const ROUNDS = 9;
const BAR_MS = 10;
const PHOTO_BYTES = 200_000;
/** Maximum number of uploads before a state is reached; fewer open the circuits. */
const MOST_TRIES = 50;

/** Log level of the app under test, without the warning of each refusal. */
const QUIET = { LOG_LEVEL: 'fatal' };

/** Settings of circuits that stay open while they are measured. */
export const LONG_RESET_TIMEOUTS = {
  ...QUIET,
  PLANT_ID_CIRCUIT_RESET_TIMEOUT: '3600',
  PLANT_ID_CIRCUIT_MAX_RESET_TIMEOUT: '3600',
  PLANTNET_CIRCUIT_RESET_TIMEOUT: '3600',
  PLANTNET_CIRCUIT_MAX_RESET_TIMEOUT: '3600',
};

/** Settings of quotas that one identification uses up: with diseases it costs Plant.id two credits. */
export const SMALL_QUOTAS = { ...QUIET, PLANT_ID_DAILY_QUOTA: '2', PLANTNET_DAILY_QUOTA: '1' };

/** The 503 of an app with `LONG_RESTS` whose providers fail until both circuits are open. */
export async function openCircuitsRow(app: BenchApp): Promise<BenchRow> {
  for (const provider of ['plant_id', 'plantnet']) {
    const fault = JSON.stringify({ provider, status: 503 });
    await fetch(`${app.simulator}/_faults`, { method: 'POST', body: fault });
  }
  return refusalRow('503 over HTTP, both circuits open', app, () => areOpen(app));
}

/** The 503 of an app with `SMALL_QUOTAS`. */
export async function usedQuotasRow(app: BenchApp): Promise<BenchRow> {
  await send(identifyAt(app), uploadOf(await noisePhoto(PHOTO_BYTES)));
  return refusalRow('503 over HTTP, both quotas used up', app, (answer) => answer.includes('"code":"quota_exhausted"'));
}

const identifyAt = ({ url }: BenchApp): string => `${url}/api/v1/plant-identification/identify`;

/** Whether health reports both circuits as open; it has the state of Plant.id twice. */
async function areOpen(app: BenchApp): Promise<boolean> {
  const health = await (await fetch(`${identifyAt(app)}/health`)).text();
  return [...health.matchAll(/"circuit_state":"open"/g)].length === 3;
}

/**
 * Returns the p99 of callers who are refused without a call, above that of a bare route of the same server that reads
 * and hashes the same body.
 */
async function refusalRow(
  name: string,
  app: BenchApp,
  isReached: (answer: string) => boolean | Promise<boolean>,
): Promise<BenchRow> {
  const upload = uploadOf(await noisePhoto(PHOTO_BYTES));
  for (let tries = 1; !(await isReached(await send(identifyAt(app), upload, 503))); tries += 1) {
    if (tries === MOST_TRIES) throw new Error(`${name}: never reached`);
  }
  const callers = Array.from({ length: CALLERS }, connection);
  const floor: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const times = await askAll(callers, app, upload);
    // The first one warms up.
    if (round === 0) continue;
    floor.push(quantile(times.floor, 0.99));
    ours.push(quantile(times.ours, 0.99));
  }
  for (const agent of callers) agent.destroy();
  return {
    name: `${name}, p99 of ${CALLERS} callers`,
    unit: 'ms',
    ...compareRounds(floor, ours),
    bar: `<= floor + ${BAR_MS} ms`,
    holds: median(ours.map((ms, round) => ms - (floor[round] ?? ms))) <= BAR_MS,
    peers: [],
  };
}

interface Times {
  floor: number[];
  ours: number[];
}

/**
 * Runs all callers at once, each in turn at the bare route and at ours, so that other load of the machine affects both.
 */
async function askAll(callers: readonly Agent[], app: BenchApp, upload: Upload): Promise<Times> {
  const times: Times = { floor: [], ours: [] };
  const timed = async (list: number[], ask: () => Promise<string>) => {
    const began = performance.now();
    await ask();
    const ms = performance.now() - began;
    list.push(ms);
    await pause(Math.max(0, EVERY_MS - ms));
  };
  const one = async (agent: Agent, index: number) => {
    await pause((EVERY_MS * index) / callers.length);
    for (let pair = 0; pair < PAIRS; pair += 1) {
      await timed(times.floor, () => send(`${app.url}/api/bare`, upload, 200, agent));
      await timed(times.ours, () => send(identifyAt(app), upload, 503, agent));
    }
  };
  await Promise.all(callers.map(one));
  return times;
}
