import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '@plantcommunity/settings';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { noisePhoto } from './noise-photo.ts';
import { median, timeRounds } from './rounds.ts';
import { send, uploadOf } from './upload.ts';

const BAR = 1.03;
const PHOTO_BYTES = 200_000;
const RUNS = 120;

interface Collector {
  /** Settings of an app that exports one trace in a hundred to this collector, and its metrics. */
  settings: Environment;
  close(): void;
}

/** Starts a collector that reads what arrives and forgets it. */
async function startCollector(): Promise<Collector> {
  const server = createServer((request, response) => request.resume().once('end', () => response.end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Returns a function that asks the app about a photo whose answer it has cached. */
async function cacheHitOf({ url }: BenchApp): Promise<() => Promise<void>> {
  const upload = uploadOf(await noisePhoto(PHOTO_BYTES));
  const identify = `${url}/api/v1/plant-identification/identify`;
  await send(identify, upload);
  return () => send(identify, upload).then(() => undefined);
}

/**
 * Returns the row of a cache hit in an app that exports its traces and metrics, against one that does not. A second app
 * without an export shows by how much two equal apps differ: a smaller cost is not measurable.
 */
export async function tracingRow(start: (settings: Environment) => Promise<BenchApp>): Promise<BenchRow> {
  const collector = await startCollector();
  const apps: BenchApp[] = [];
  try {
    for (const settings of [{}, {}, collector.settings]) {
      // oxlint-disable-next-line no-await-in-loop -- starts side by side would compete for the same cores
      apps.push(await start(settings));
    }
    const hits = await Promise.all(apps.map(cacheHitOf));
    const { medians } = await timeRounds(hits, { rounds: 9, runs: RUNS });
    const [plain = [], equal = [], traced = []] = medians;
    const over = (times: readonly number[]) => times.map((ms, round) => ms / (plain[round] ?? ms));
    const [ratios, spread] = [over(traced), over(equal)];
    const [lowest, highest] = [Math.min(...spread), Math.max(...spread)];
    return {
      name: 'cache hit, 1 trace in 100 exported, over no export',
      unit: 'ms',
      floor: median(plain),
      ours: median(traced),
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      bar: `<= ${BAR}, or the spread of equal apps`,
      holds: median(ratios) <= Math.max(BAR, highest),
      peers: [{ name: `an equal app, ${lowest.toFixed(2)} to ${highest.toFixed(2)}`, value: median(equal) }],
    };
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    collector.close();
  }
}
