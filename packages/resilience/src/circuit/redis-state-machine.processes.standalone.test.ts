import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis as IORedis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CircuitCommand, CircuitReport } from '../testing/circuit-worker.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import type { CircuitStatus } from './types.ts';

const WORKER = fileURLToPath(new URL('../testing/circuit-worker.ts', import.meta.url));
const RESET_MS = 500;
/** Commands that set up a connection, subscribe or probe are no part of a call. */
const NOT_COUNTED = /^(subscribe|unsubscribe|client|hello|info|select|ping|monitor)$/i;

class Worker {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  static async start(url: string): Promise<Worker> {
    const child = fork(WORKER, [url]);
    await once(child, 'message');
    return new Worker(child);
  }

  async run(command: CircuitCommand): Promise<CircuitReport> {
    this.#process.send(command);
    // The worker sends nothing else.
    const [report] = (await once(this.#process, 'message')) as [CircuitReport];
    return report;
  }

  call(end: 'succeed' | 'fail' | 'hang', callers = 1): Promise<CircuitReport> {
    return this.run({ type: 'call', callers, end });
  }

  async report(): Promise<CircuitReport> {
    return this.run({ type: 'report' });
  }

  async state(): Promise<CircuitStatus | undefined> {
    return (await this.report()).snapshot?.state;
  }

  async kill(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

describe.skipIf(!hasRedisServer)('a circuit of several processes', () => {
  let server: RedisServer;
  let workers: Worker[];

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.start();
    workers = await Promise.all(Array.from({ length: 4 }, () => Worker.start(server.url)));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await server[Symbol.asyncDispose]();
  });

  const four = () => workers as [Worker, Worker, Worker, Worker];

  async function createCircuits(resetTimeoutMs = RESET_MS, trialDeadlineMs = 60_000): Promise<CircuitCommand> {
    const command: CircuitCommand = { type: 'create', name: randomUUID(), resetTimeoutMs, trialDeadlineMs };
    for (const worker of workers) await worker.run(command);
    return command;
  }

  const allAre = (state: CircuitStatus, who = workers) =>
    eventually(async () => {
      const states = await Promise.all(who.map((worker) => worker.state()));
      return states.every((one) => one === state) ? true : undefined;
    });
  const admits = (worker: Worker) => eventually(async () => ((await worker.report()).admits ? true : undefined));

  async function openAll(): Promise<void> {
    const [a, b, c] = four();
    for (const worker of [a, b, c]) await worker.call('fail');
    await allAre('open');
  }

  it('opens for all by failures spread over three processes', async () => {
    await createCircuits(60_000);
    await openAll();
    const [, , , d] = four();
    expect((await d.report()).snapshot).toMatchObject({ failCount: 3, lastFailure: 'Error', resetTimeoutMs: 60_000 });
    expect(await d.call('succeed', 100)).toMatchObject({ admitted: 0, rejected: 100 });
  });

  it('admits exactly as many trials as it has permits, out of 4 x 25 calls at the reset time', async () => {
    await createCircuits();
    await openAll();
    await Promise.all(workers.map(admits));
    const reports = await Promise.all(workers.map((worker) => worker.call('hang', 25)));
    expect(reports.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(2);
    expect(reports.reduce((sum, { rejected }) => sum + rejected, 0)).toBe(98);
    for (const worker of workers) await worker.run({ type: 'finish' });
    await allAre('closed');
  });

  it('opens for all, for twice as long, after a failed trial', async () => {
    await createCircuits();
    await openAll();
    const [a, b] = four();
    await admits(a);
    await a.call('fail');
    const resetTimeoutMs = await eventually(async () => {
      const { snapshot } = await b.report();
      return snapshot?.state === 'open' && snapshot.resetTimeoutMs > RESET_MS ? snapshot.resetTimeoutMs : undefined;
    });
    expect(resetTimeoutMs).toBeGreaterThanOrEqual(2 * RESET_MS);
    expect(resetTimeoutMs).toBeLessThanOrEqual(2.2 * RESET_MS);
  });

  it('gives the permits of a killed process to others', async () => {
    const command = await createCircuits(RESET_MS, 1000);
    await openAll();
    const victim = await Worker.start(server.url);
    await victim.run(command);
    await eventually(async () => ((await victim.state()) === 'open' ? true : undefined));
    await admits(victim);
    expect((await victim.call('hang', 2)).admitted).toBe(2);
    await victim.kill();
    const [a] = four();
    await allAre('half_open');
    expect((await a.call('succeed')).admitted).toBe(0);
    await admits(a);
    // The second permit may expire a moment after the first.
    await eventually(async () => ((await a.call('succeed')).snapshot?.state === 'closed' ? true : undefined));
    await allAre('closed');
  });

  it('does not depend on wall clocks: one process is an hour ahead, one an hour behind', async () => {
    await createCircuits();
    const [a, b] = four();
    const steps = [3_600_000, -3_600_000] as const;
    await openAll();
    await a.run({ type: 'step_clock', byMs: steps[0] });
    await b.run({ type: 'step_clock', byMs: steps[1] });
    for (const worker of [a, b]) expect(await worker.call('succeed')).toMatchObject({ admitted: 0 });
    await Promise.all([admits(a), admits(b)]);
    await a.call('succeed');
    await b.call('succeed');
    await allAre('closed');
    await a.run({ type: 'step_clock', byMs: -steps[0] });
    await b.run({ type: 'step_clock', byMs: -steps[1] });
  });

  it('sends no command while it is healthy, and none to reject', async () => {
    // Lazy: the monitor must not see the first command of this connection before it is ready. The circuits come later for
    // the same reason: ioredis fails when a command of theirs arrives together with the reply to MONITOR.
    const watcher = new IORedis(server.url.replace('unix://', ''), { lazyConnect: true });
    const monitor = await watcher.monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_time: string, [name = '', text = '']: string[], source: string) => {
      if (source !== 'lua' && !NOT_COUNTED.test(name)) commands.push(name === 'set' ? text : name);
    });
    await createCircuits(60_000);
    // Each process syncs once when it starts and once when it has subscribed.
    await eventually(() => (commands.length >= 2 * workers.length ? true : undefined));
    // Commands that were under way are over when the monitor shows this one.
    const mark = async (text: string) => {
      await watcher.set(text, 1);
      await eventually(() => (commands.includes(text) ? true : undefined));
    };
    await mark('healthy');
    await Promise.all(workers.map((worker) => worker.call('succeed', 1000)));
    await mark('failing');
    await openAll();
    await mark('open');
    await Promise.all(workers.map((worker) => worker.call('succeed', 1000)));
    await mark('end');
    const between = (from: string, to: string) => commands.slice(commands.indexOf(from) + 1, commands.indexOf(to));
    expect(between('healthy', 'failing')).toEqual([]);
    expect(between('failing', 'open')).toEqual(['EVAL', 'EVAL', 'EVAL']);
    expect(between('open', 'end')).toEqual([]);
    monitor.disconnect();
    watcher.disconnect();
  });

  it('is decided by each process alone while Redis is down, and agreed on again when Redis is back without data', async () => {
    await createCircuits(60_000);
    const [a, b] = four();
    await a.call('fail');
    await server.kill();
    await a.call('fail', 2);
    expect((await a.report()).snapshot).toMatchObject({ state: 'open', failCount: 3 });
    expect(await b.call('succeed')).toMatchObject({ admitted: 1 });
    expect(await b.state()).toBe('closed');
    await server.start();
    await allAre('open');
  });

  it('stays open while Redis is down and after Redis came back empty, also for processes that start later', async () => {
    const command = await createCircuits(60_000);
    await openAll();
    await server.kill();
    for (const worker of workers) expect(await worker.call('succeed')).toMatchObject({ admitted: 0 });
    await server.start();
    const late = await Worker.start(server.url);
    await late.run(command);
    await allAre('open', [...workers, late]);
    expect(await late.call('succeed')).toMatchObject({ admitted: 0 });
    await late.kill();
  });

  it('recovers after Redis was flushed', async () => {
    await createCircuits();
    await openAll();
    const client = new IORedis(server.url.replace('unix://', ''));
    await client.flushall();
    client.disconnect();
    await Promise.all(workers.map(admits));
    const reports = await Promise.all(workers.map((worker) => worker.call('hang', 25)));
    expect(reports.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(2);
    for (const worker of workers) await worker.run({ type: 'finish' });
    await allAre('closed');
  });
});
