import { type Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '@plantcommunity/settings';
import { z } from 'zod';
import { appCostRow } from './app-cost-row.ts';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { noisePhoto } from './noise-photo.ts';
import { WITHOUT_METRICS } from './optional-metrics.ts';
import { compareRounds, median } from './rounds.ts';
import { connection, send, type Upload, uploadOf } from './upload.ts';

const PHOTO_BYTES = 200_000;
const CALLERS = 50;
/** Time between two requests of a caller: 100 requests a second in all. */
const EVERY_MS = 500;
const ROUNDS = 9;
const SCRAPES = 20;
/** Time between two scrapes, so that each meets other requests. */
const BETWEEN_SCRAPES_MS = 50;
const SCRAPE_BAR_MS = 20;
const BLOCK_BAR_MS = 10;

/** Returns the row of cache hits in an app with metrics and log lines, against one without both. */
export function metricsCostRow(start: (settings: Environment) => Promise<BenchApp>): Promise<BenchRow> {
  return appCostRow({
    name: '8 cache hits at once, metrics and logs on, over off',
    bar: 1.05,
    allowsDifference: false,
    statistic: 'medians',
    start,
    without: { [WITHOUT_METRICS]: '1', LOG_LEVEL: 'silent' },
    with: { LOG_LEVEL: 'info' },
  });
}

/**
 * Returns the rows of a scrape while 50 callers get answers from the cache: how long it takes, against a bare route, and
 * how long it blocks the event loop, against the same time without a scrape.
 */
export async function scrapeRows(app: BenchApp): Promise<BenchRow[]> {
  const upload = uploadOf(await noisePhoto(PHOTO_BYTES));
  await send(`${app.url}/api/v1/plant-identification/identify`, upload);
  await askEveryRoute(app);
  const ended = new AbortController();
  const load = Array.from({ length: CALLERS }, (_, index) => askUntil(ended.signal, app, upload, index));
  const scraper = connection();
  const rounds: Round[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      rounds.push(await measureRound(app, scraper));
    }
  } finally {
    ended.abort();
    await Promise.all(load);
    scraper.destroy();
  }
  // The first one warms up.
  const counted = rounds.slice(1);
  const [bare, scrape] = [counted.map((round) => round.bareMs), counted.map((round) => round.scrapeMs)];
  const [without, blocked] = [counted.map((round) => round.blockedWithoutMs), counted.map((round) => round.blockedMs)];
  const extra = median(blocked.map((ms, round) => ms - (without[round] ?? 0)));
  return [
    {
      name: 'scrape under 100 cache hits/s, over bare route',
      unit: 'ms',
      ...compareRounds(bare, scrape),
      bar: `<= ${SCRAPE_BAR_MS} ms`,
      holds: median(scrape) <= SCRAPE_BAR_MS,
      peers: [],
    },
    {
      name: 'event loop blocked by a scrape, over no scrape',
      unit: 'ms',
      ...compareRounds(without, blocked),
      bar: `<= floor + ${BLOCK_BAR_MS} ms`,
      holds: extra <= BLOCK_BAR_MS,
      peers: [],
    },
  ];
}

const openApi = z.object({ paths: z.record(z.string(), z.unknown()) });

/** Medians in milliseconds: of the times, and of the longest block of the event loop in each of them. */
interface Round {
  bareMs: number;
  scrapeMs: number;
  blockedWithoutMs: number;
  blockedMs: number;
}

async function measureRound(app: BenchApp, scraper: Agent): Promise<Round> {
  const tiny = uploadOf(Buffer.alloc(1));
  const times = { bare: [] as number[], scrape: [] as number[], without: [] as number[], blocked: [] as number[] };
  const measure = async (ask: () => Promise<unknown>, durations: number[], blocks: number[]) => {
    await longestBlock(app, scraper);
    const startedAt = performance.now();
    await ask();
    durations.push(performance.now() - startedAt);
    blocks.push(await longestBlock(app, scraper));
    await pause(BETWEEN_SCRAPES_MS);
  };
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    await measure(() => send(`${app.url}/api/bare`, tiny, 200, scraper), times.bare, times.without);
    await measure(() => read(`${app.url}/api/metrics`, scraper), times.scrape, times.blocked);
  }
  return {
    bareMs: median(times.bare),
    scrapeMs: median(times.scrape),
    blockedWithoutMs: median(times.without),
    blockedMs: median(times.blocked),
  };
}

/** Returns for how long the event loop of the app was blocked at most since the last call, in milliseconds. */
async function longestBlock({ url }: BenchApp, agent: Agent): Promise<number> {
  return Number(await send(`${url}/api/event-loop`, uploadOf(Buffer.alloc(1)), 200, agent));
}

function read(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode === 200) resolve(text(response));
      else reject(new Error(`${url} answered ${response.statusCode}`));
    }).once('error', reject);
  });
}

/** Asks each route of the API once with every method, so that a scrape has the series of an app that has run for long. */
async function askEveryRoute({ url }: BenchApp): Promise<void> {
  const { paths } = openApi.parse(await (await fetch(`${url}/api/v1/openapi.json`)).json());
  for (const path of Object.keys(paths)) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE']) {
      // oxlint-disable-next-line no-await-in-loop -- all at once would be refused
      await (await fetch(`${url}/api/v1${path.replaceAll(/\{\w+\}/g, '1')}`, { method })).arrayBuffer();
    }
  }
}

/** Asks for a cached answer every half a second until `signal` aborts. */
async function askUntil(signal: AbortSignal, app: BenchApp, upload: Upload, index: number): Promise<void> {
  const agent = connection();
  await pause((EVERY_MS * index) / CALLERS);
  while (!signal.aborted) {
    const startedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- a caller waits for its answer
    await send(`${app.url}/api/v1/plant-identification/identify`, upload, 200, agent);
    // oxlint-disable-next-line no-await-in-loop -- the pace of a caller
    await pause(Math.max(0, EVERY_MS - (performance.now() - startedAt)));
  }
  agent.destroy();
}
