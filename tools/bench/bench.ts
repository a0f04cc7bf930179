// `npm run bench`: what we promise about speed, each figure beside its floor in the same run.
// `node tools/bench/bench.ts --resilience`: the rows that need no web app. npm would take the option for itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '@plantcommunity/settings';
import { root } from '../root.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { badPhotoRow } from './bad-photo-row.ts';
import { type BenchApp, startBenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';
import { buildBenchWeb } from './bench-web.ts';
import { cacheHitRows } from './cache-hit.ts';
import { dashboardsRow } from './dashboards-row.ts';
import { BEHIND_A_PROXY, largeUploadRows } from './large-upload-rows.ts';
import { metricsCostRow, scrapeRows } from './metrics-rows.ts';
import { photoIntakeRows } from './photo-intake-rows.ts';
import { LONG_RESET_TIMEOUTS, openCircuitsRow, SMALL_QUOTAS, usedQuotasRow } from './refusal-rows.ts';
import { resilienceRows } from './resilience-rows.ts';
import { tableOf } from './table.ts';
import { tracingRow } from './tracing-row.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function appRows(): Promise<BenchRow[]> {
  const group = createProcessGroup({ add: () => {} });
  try {
    const webFolder = await buildBenchWeb(group, say);
    const on = async (settings: Environment, measure: (app: BenchApp) => Promise<BenchRow[]>) => {
      const app = await startBenchApp({ webFolder, settings, say });
      try {
        return await measure(app);
      } finally {
        await app.stop();
      }
    };
    // Open circuits come last: nothing else can be measured behind them.
    const first = await on(LONG_RESET_TIMEOUTS, async (app) => [
      ...(await cacheHitRows(app.url)),
      ...(await scrapeRows(app)),
      await openCircuitsRow(app),
    ]);
    const second = await on(SMALL_QUOTAS, async (app) => [await usedQuotasRow(app)]);
    // Large uploads come first: idle memory is that of an app that has just started.
    const uploads = await on(BEHIND_A_PROXY, async (app) => [...(await largeUploadRows(app)), await badPhotoRow(app)]);
    const start = (settings: Environment) => startBenchApp({ webFolder, settings, say });
    return [
      ...first,
      await metricsCostRow(start),
      await tracingRow(start),
      await dashboardsRow(start),
      ...second,
      ...uploads,
      ...(await photoIntakeRows()),
    ];
  } finally {
    await group.stop();
  }
}

const { values } = parseArgs({ options: { resilience: { type: 'boolean', default: false } } });
const { rows: ownRows, leftOut } = await resilienceRows(say);
const rows = values.resilience ? ownRows : [...(await appRows()), ...ownRows];
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
const results = { at: new Date().toISOString(), machine, rows, leftOut };
mkdirSync(join(root, 'bench-results'), { recursive: true });
writeFileSync(join(root, 'bench-results/latest.json'), `${JSON.stringify(results, undefined, 2)}\n`);
say(`\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; medians of 9 rounds\n`);
say(tableOf(rows));
if (leftOut) say(`\nLeft out: ${leftOut}`);
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
