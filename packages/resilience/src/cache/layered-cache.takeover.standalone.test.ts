import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerReport, WorkerSettings } from '../testing/cache-worker.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';

const WORKER = fileURLToPath(new URL('../testing/cache-worker.ts', import.meta.url));
/** Duration of the lease of a load. */
const LEASE_MS = 2000;
/** Allowance for busy machines, small enough to tell the wait for the lease from the default of the worker, 30 s. */
const SLACK_MS = 8000;

describe.skipIf(!hasRedisServer)('a load whose process died', () => {
  let server: RedisServer;
  let workers: ChildProcess[] = [];

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.start();
  });
  afterEach(() => {
    for (const worker of workers) worker.kill('SIGKILL');
    workers = [];
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function start(loadMs: number): Promise<ChildProcess> {
    const redis = { url: server.url };
    const settings: WorkerSettings = { redis, callers: 10, waitMs: 40_000, loadMs, ttlMs: LEASE_MS, value: 'Rosa' };
    const worker = fork(WORKER, [JSON.stringify(settings)]);
    workers.push(worker);
    await once(worker, 'message');
    return worker;
  }

  function go(worker: ChildProcess): { loading: Promise<void>; report: Promise<WorkerReport> } {
    const [loading, report] = [Promise.withResolvers<void>(), Promise.withResolvers<WorkerReport>()];
    worker.on('message', (message: 'loading' | WorkerReport) => {
      if (message === 'loading') loading.resolve();
      else report.resolve(message);
    });
    worker.send('go');
    return { loading: loading.promise, report: report.promise };
  }

  it('is taken over when its lease of 2 s ends', { timeout: 60_000 }, async () => {
    const [holder, waiter] = [await start(60_000), await start(10)];
    await go(holder).loading;
    const { report } = go(waiter);
    holder.kill('SIGKILL');
    const killedAt = performance.now();
    expect(await report).toMatchObject({ loads: 1, served: 10, failed: 0 });
    expect(performance.now() - killedAt).toBeLessThan(LEASE_MS + SLACK_MS);
  });
});
