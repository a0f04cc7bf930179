import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { root } from '../root.ts';
import { endAll, msUntilGone } from './stub-house/ending.ts';
import { npmStart, type Run } from './stub-house/npm-start.ts';

const READY_MS = 15_000;
const IDLE_MS = 5_000;
/** The first start may have to build. */
const BUILD_MS = 300_000;

const dataDir = mkdtempSync(join(tmpdir(), 'plant-data-'));
const runs: Run[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await endAll(run);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function start(): Run {
  const run = npmStart(root, { DATA_DIR: dataDir });
  runs.push(run);
  return run;
}

test('the built app makes its admin at the first start only, and is ready within 15 s at the second', {
  timeout: BUILD_MS,
}, async () => {
  const first = start();
  await first.ready;
  expect(first.output()).toMatch(/Password +\S{10,}/);
  const processes = first.processes();
  first.npm.kill('SIGTERM');
  expect(await msUntilGone(processes, IDLE_MS)).toBeLessThan(IDLE_MS);

  const begin = performance.now();
  const second = start();
  await second.ready;
  expect(performance.now() - begin).toBeLessThan(READY_MS);
  expect(second.output()).not.toContain('Building');
  expect(second.output()).not.toContain('Password');
  const live = await fetch(`http://127.0.0.1:${second.port}/api/health/live`);
  expect(live.status).toBe(200);
});
