import type { Environment } from '@plantcommunity/settings';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { noisePhoto } from './noise-photo.ts';
import { compareRounds, median, type Rounds, timeRounds } from './rounds.ts';
import { connection, send, uploadOf } from './upload.ts';

const PHOTO_BYTES = 200_000;
/** Callers at once, more than an app answers side by side: their time is that of its processor alone. */
const CALLERS = 8;
const RUNS = 40;
const ROUNDS = 9;
/** Runs before the first round of processor times: the compiler of V8 goes on for thousands of requests. */
const WARM_UP_RUNS = 500;

interface AppCost {
  name: string;
  /** Allowed ratio, such as 1.03 for 3 %. */
  bar: number;
  /** Whether a cost above the bar holds, too, while it is smaller than the difference of two equal apps. */
  allowsDifference: boolean;
  start(settings: Environment): Promise<BenchApp>;
  /** Settings of the app without what is measured, and of the one with it. */
  without: Environment;
  with: Environment;
  /**
   * What of each round counts: means if what is measured works at intervals, so that it delays a few calls only; processor
   * times if its cost is small, because they do not depend on what else the machine does.
   */
  statistic: keyof Rounds | 'processorTimes';
  /** Puts the app with it to use before it is measured. Returns how to end that. */
  use?(app: BenchApp): Promise<() => void>;
}

/** Returns a function that asks the app, with several callers at once, about a photo whose answer it has cached. */
async function cacheHitsOf({ url }: BenchApp): Promise<() => Promise<void>> {
  const upload = uploadOf(await noisePhoto(PHOTO_BYTES));
  const identify = `${url}/api/v1/plant-identification/identify`;
  await send(identify, upload);
  const callers = Array.from({ length: CALLERS }, connection);
  return async () => void (await Promise.all(callers.map((caller) => send(identify, upload, 200, caller))));
}

/**
 * Returns the milliseconds of a processor that each app uses for one run of its hits, one list an app, in rounds. Every
 * other round goes backwards.
 */
async function processorRounds(apps: readonly BenchApp[], hits: readonly (() => Promise<void>)[]): Promise<number[][]> {
  const times: number[][] = apps.map(() => []);
  const turn = [...apps.entries()];
  /* oxlint-disable no-await-in-loop -- one app after the other, and one run after the other */
  for (let run = 0; run < WARM_UP_RUNS; run += 1) for (const hit of hits) await hit();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, app] of round % 2 === 0 ? turn : turn.toReversed()) {
      const before = await processorTime(app);
      for (let run = 0; run < RUNS; run += 1) await hits[index]?.();
      times[index]?.push(((await processorTime(app)) - before) / RUNS);
    }
  }
  /* oxlint-enable no-await-in-loop */
  return times;
}

async function processorTime({ url }: BenchApp): Promise<number> {
  return Number(await send(`${url}/api/processor-time`, uploadOf(Buffer.alloc(1))));
}

/**
 * Returns the row of the time that an app needs for cache hits with something on, against one with it off; a longer time
 * is a smaller throughput. A second app with it off shows by how much two equal apps differ: a smaller cost is not
 * measurable.
 */
export async function appCostRow(cost: AppCost): Promise<BenchRow> {
  const apps: BenchApp[] = [];
  let endUse = () => {};
  try {
    for (const settings of [cost.without, cost.without, cost.with]) {
      // oxlint-disable-next-line no-await-in-loop -- starts side by side would compete for the same cores
      apps.push(await cost.start(settings));
    }
    const hits = await Promise.all(apps.map(cacheHitsOf));
    const [measured] = apps.slice(-1);
    if (cost.use !== undefined && measured !== undefined) endUse = await cost.use(measured);
    const [off = [], equal = [], on = []] =
      cost.statistic === 'processorTimes'
        ? await processorRounds(apps, hits)
        : (await timeRounds(hits, { rounds: ROUNDS, runs: RUNS }))[cost.statistic];
    const compared = compareRounds(off, on);
    const difference = Math.abs(compareRounds(off, equal).ratio - 1);
    return {
      name: cost.name,
      unit: 'ms',
      ...compared,
      bar: cost.allowsDifference ? `<= ${cost.bar}, or as equal apps differ` : `<= ${cost.bar}`,
      holds: compared.ratio - 1 <= Math.max(cost.bar - 1, cost.allowsDifference ? difference : 0),
      peers: [{ name: `an equal app, differs by ${(100 * difference).toFixed(1)} %`, value: median(equal) }],
    };
  } finally {
    try {
      endUse();
    } finally {
      await Promise.all(apps.map((app) => app.stop()));
    }
  }
}
