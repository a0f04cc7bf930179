// `npm run bench`: what we promise about speed, each figure beside its floor in the same run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { startBenchApp } from './bench/bench-app.ts';
import { cacheHitRows } from './bench/cache-hit.ts';
import { root } from './root.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const app = await startBenchApp(say);
try {
  const rows = await cacheHitRows(app.url);
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const results = { at: new Date().toISOString(), machine, rows };
  mkdirSync(join(root, 'bench-results'), { recursive: true });
  writeFileSync(join(root, 'bench-results/latest.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  say(`\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; medians of 9 rounds\n`);
  say('row                              floor        ours         ratio   spread of the ratio   bar');
  for (const { name, floorMs, oursMs, ratio, lowest, highest, bar, holds } of rows) {
    const ms = (value: number) => `${value.toFixed(2)} ms`.padEnd(13);
    const spread = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`.padEnd(22);
    say(
      `${name.padEnd(33)}${ms(floorMs)}${ms(oursMs)}${ratio.toFixed(2).padEnd(8)}${spread}${bar} ${holds ? 'holds' : 'MISSED'}`,
    );
  }
  process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
} finally {
  await app.stop();
}
