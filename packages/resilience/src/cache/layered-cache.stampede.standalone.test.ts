import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis as IORedis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerReport, WorkerSettings } from '../testing/cache-worker.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { RestServer } from '../testing/rest-server.ts';

const WORKER = fileURLToPath(new URL('../testing/cache-worker.ts', import.meta.url));
/** Commands that set up a connection or a subscription are no part of a look-up. */
const NOT_COUNTED = /^(subscribe|unsubscribe|client|hello|info|select|ping|monitor)$/i;

/** Settings of one run; the defaults are a unix socket and loads that return `Rosa`. */
type Plan = Partial<WorkerSettings> & Pick<WorkerSettings, 'callers' | 'loadMs' | 'waitMs'>;

describe.skipIf(!hasRedisServer)('a stampede of processes', () => {
  let server: RedisServer;
  let monitor: IORedis;
  let commands: string[];

  beforeAll(async () => {
    server = await RedisServer.prepare();
  });
  beforeEach(async () => {
    await server.start();
    commands = [];
    // Never connects itself: the monitor would receive its first command before it is ready.
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

  async function start(plan: Plan): Promise<ChildProcess> {
    const settings: WorkerSettings = { redis: { url: server.url }, value: 'Rosa', ...plan };
    const worker = fork(WORKER, [JSON.stringify(settings)]);
    await once(worker, 'message');
    return worker;
  }

  async function go(worker: ChildProcess): Promise<WorkerReport> {
    const { promise, resolve } = Promise.withResolvers<WorkerReport>();
    // The worker also reports that it is loading.
    worker.on('message', (message: 'loading' | WorkerReport) => message !== 'loading' && resolve(message));
    const exited = once(worker, 'exit');
    worker.send('go');
    const report = await promise;
    await exited;
    return report;
  }

  async function run(processes: number, plan: Plan): Promise<WorkerReport> {
    const workers = await Promise.all(Array.from({ length: processes }, () => start(plan)));
    const reports = await Promise.all(workers.map(go));
    return reports.reduce((sum, report) => ({
      loads: sum.loads + report.loads,
      served: sum.served + report.served,
      failed: sum.failed + report.failed,
      maxConcurrent: Math.max(sum.maxConcurrent, report.maxConcurrent),
      fencedOff: sum.fencedOff + report.fencedOff,
    }));
  }

  it('of 1,000 callers causes one load and at most 25 commands', async () => {
    const report = await run(3, { callers: 334, loadMs: 300, waitMs: 10_000 });
    expect(report).toEqual({ loads: 1, served: 1002, failed: 0, maxConcurrent: 1, fencedOff: 0 });
    expect(commands.length).toBeLessThanOrEqual(25);
  });

  it('of 1,000 callers causes one load over REST, too', async () => {
    await using rest = new RestServer(server.url);
    const redis = await rest.listen();
    const report = await run(3, { redis, callers: 334, loadMs: 300, waitMs: 10_000 });
    expect(report).toEqual({ loads: 1, served: 1002, failed: 0, maxConcurrent: 1, fencedOff: 0 });
    // Meanwhile two processes poll the lease and the value, less and less often.
    expect(rest.requests).toBeLessThanOrEqual(40);
  });

  it('on a load slower than the wait causes at most one load per process', async () => {
    const report = await run(3, { callers: 100, loadMs: 400, waitMs: 100 });
    expect(report).toMatchObject({ served: 300, failed: 0, maxConcurrent: 1 });
    expect(report.loads).toBeLessThanOrEqual(3);
  });

  it('without a wait causes one load per process, none of which waits for another process', async () => {
    const [holder, second] = [
      await start({ callers: 100, loadMs: 60_000, waitMs: 0 }),
      await start({ callers: 100, loadMs: 10, waitMs: 0 }),
    ];
    const isLoading = once(holder, 'message');
    holder.send('go');
    await isLoading;
    expect(await go(second)).toMatchObject({ loads: 1, served: 100, failed: 0, maxConcurrent: 1 });
    holder.kill('SIGKILL');
  });

  it('on a failing load fails for all callers, with at most one load per process', async () => {
    const report = await run(2, { callers: 100, loadMs: 100, waitMs: 10_000, value: null });
    expect(report).toMatchObject({ served: 0, failed: 200, maxConcurrent: 1 });
    expect(report.loads).toBeLessThanOrEqual(2);
  });

  it('on a failing load causes one load for concurrent callers, and at most one for each later caller', async () => {
    const report = await run(1, { callers: 100, lateCallers: 20, loadMs: 20, waitMs: 10_000, value: null });
    expect(report).toMatchObject({ served: 0, failed: 120, maxConcurrent: 1 });
    expect(report.loads).toBeLessThanOrEqual(21);
  });

  it('goes on when the loading process is killed', async () => {
    const plan = { callers: 10, loadMs: 60_000, waitMs: 60_000 };
    const holder = await start(plan);
    holder.send('go');
    const client = new IORedis(server.url.replace('unix://', ''));
    await once(holder, 'message');
    holder.kill('SIGKILL');
    // The lease would expire 30 s later.
    await client.pexpire('stampede:{rose}:lock', 50);
    expect(await run(1, { ...plan, loadMs: 10 })).toMatchObject({ loads: 1, served: 10, failed: 0 });
    client.disconnect();
  });

  it('does not let a process that was paused past its lease overwrite a newer value', async () => {
    const plan = { callers: 10, waitMs: 10_000, ttlMs: 300 };
    const paused = await start({ ...plan, loadMs: 200, value: 'old' });
    const report = go(paused);
    const client = new IORedis(server.url.replace('unix://', ''));
    await once(paused, 'message');
    paused.kill('SIGSTOP');
    expect(await run(1, { ...plan, loadMs: 1, value: 'new' })).toMatchObject({ loads: 1, served: 10, fencedOff: 0 });
    paused.kill('SIGCONT');
    expect(await report).toMatchObject({ loads: 1, served: 10, fencedOff: 1 });
    expect(JSON.parse((await client.get('stampede:{rose}:value')) ?? '')).toMatchObject({ value: 'new' });
    client.disconnect();
  });
});
