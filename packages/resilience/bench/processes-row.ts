import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.ts';
import type { StampedeReport } from './stampede-worker.ts';
import { WakeFloor } from './wake-floor.ts';
import { within } from './within.ts';

const WORKER = fileURLToPath(new URL('stampede-worker.ts', import.meta.url));
const CALLERS = 1000;
const PROCESSES = 3;
const LOAD_MS = 50;

async function startWorker(url: string): Promise<ChildProcess> {
  const callers = Math.ceil(CALLERS / PROCESSES);
  const worker = fork(WORKER, [url, String(callers), String(LOAD_MS)]);
  await once(worker, 'message');
  return worker;
}

function ask(worker: ChildProcess, key: string): Promise<StampedeReport> {
  const { promise, resolve, reject } = Promise.withResolvers<StampedeReport>();
  const end = (): void => reject(new Error('A process of the stampede ended too early'));
  worker.once('exit', end);
  worker.once('message', (report: StampedeReport) => {
    worker.off('exit', end);
    resolve(report);
  });
  worker.send(key);
  return promise;
}

/** From the end of the one load to the last caller of all processes who has the value. */
export async function processesRow(url: string): Promise<BenchRow> {
  const workers = await Promise.all(Array.from({ length: PROCESSES }, () => startWorker(url)));
  let n = 0;
  const fillToLast = async (): Promise<number> => {
    const key = `together-${(n += 1)}`;
    const reports = await Promise.all(workers.map((worker) => ask(worker, key)));
    const loads = reports.filter(({ loadedAt }) => loadedAt > 0);
    if (loads.length !== 1) throw new Error(`There should have been one load, not ${loads.length}`);
    const filledAt = loads[0]?.loadedAt ?? 0;
    return Math.max(...reports.map(({ lastServedAt }) => lastServedAt)) - filledAt;
  };
  using floor = await WakeFloor.open(url.slice('unix://'.length));
  try {
    const ours = { ours: fillToLast, share: 0.99, limitMs: 10 };
    return await within({ name: 'fill to last of 1,000, 3 processes', floor: floor.sample, batches: 12, ...ours });
  } finally {
    const exits = workers.map((worker) => once(worker, 'exit'));
    for (const worker of workers) worker.disconnect();
    await Promise.all(exits);
  }
}
