import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis as IORedis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerReport } from '../testing/cache-worker.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';

const WORKER = fileURLToPath(new URL('../testing/cache-worker.ts', import.meta.url));
/** Setting up a connection, and subscriptions: not part of a look-up. */
const NOT_COUNTED = /^(subscribe|unsubscribe|client|hello|info|select|ping|monitor)$/i;

interface Plan {
  readonly processes: number;
  readonly callers: number;
  readonly loadMs: number;
  readonly waitMs: number;
  readonly outcome?: 'succeed' | 'fail';
}

describe.skipIf(!hasRedisServer)('a stampede over processes', () => {
  let server: RedisServer;
  let monitor: IORedis;
  let commands: string[];

  beforeAll(async () => {
    server = await RedisServer.prepare();
  });
  beforeEach(async () => {
    await server.start();
    commands = [];
    // Never connects itself: its first command would be heard by the monitor before that is ready for it.
    const watcher = new IORedis(server.url.replace('unix://', ''), { lazyConnect: true });
    monitor = await watcher.monitor();
    watcher.disconnect();
    monitor.on('monitor', (_time: string, [name = '']: string[], source: string) => {
      if (source !== 'lua' && !NOT_COUNTED.test(name)) commands.push(name);
    });
  });
  afterEach(async () => {
    monitor.disconnect();
    await server.kill();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function start({ callers, loadMs, waitMs, outcome = 'succeed' }: Plan): Promise<ChildProcess> {
    const worker = fork(WORKER, [server.url, String(callers), String(loadMs), String(waitMs), outcome]);
    await once(worker, 'message');
    return worker;
  }

  async function run(plan: Plan): Promise<WorkerReport> {
    const workers = await Promise.all(Array.from({ length: plan.processes }, () => start(plan)));
    const reports = await Promise.all(
      workers.map(async (worker) => {
        worker.send('go');
        // The worker sends nothing else.
        const [report] = (await once(worker, 'message')) as [WorkerReport];
        await once(worker, 'exit');
        return report;
      }),
    );
    return reports.reduce((sum, report) => ({
      loads: sum.loads + report.loads,
      served: sum.served + report.served,
      failed: sum.failed + report.failed,
      mostAtOnce: Math.max(sum.mostAtOnce, report.mostAtOnce),
    }));
  }

  it('of 1,000 callers is one load and at most 25 commands', async () => {
    const report = await run({ processes: 3, callers: 334, loadMs: 300, waitMs: 10_000 });
    expect(report).toEqual({ loads: 1, served: 1002, failed: 0, mostAtOnce: 1 });
    expect(commands.length).toBeLessThanOrEqual(25);
  });

  it('on a load slower than the wait is at most one load a process', async () => {
    const report = await run({ processes: 3, callers: 100, loadMs: 600, waitMs: 100 });
    expect(report).toMatchObject({ served: 300, failed: 0, mostAtOnce: 1 });
    expect(report.loads).toBeLessThanOrEqual(3);
  });

  it('on a load that fails fails for all who waited, with one load a process', async () => {
    const report = await run({ processes: 2, callers: 100, loadMs: 100, waitMs: 10_000, outcome: 'fail' });
    expect(report).toMatchObject({ served: 0, failed: 200, mostAtOnce: 1 });
    expect(report.loads).toBeLessThanOrEqual(2);
  });

  it('goes on when the loading process is killed', async () => {
    const plan = { processes: 1, callers: 10, loadMs: 60_000, waitMs: 60_000 };
    const holder = await start(plan);
    holder.send('go');
    const client = new IORedis(server.url.replace('unix://', ''));
    while ((await client.exists('stampede:{rose}:lock')) === 0) await new Promise(setImmediate);
    holder.kill('SIGKILL');
    // What would happen 30 s later.
    await client.pexpire('stampede:{rose}:lock', 50);
    expect(await run({ ...plan, loadMs: 10 })).toEqual({ loads: 1, served: 10, failed: 0, mostAtOnce: 1 });
    client.disconnect();
  });
});
