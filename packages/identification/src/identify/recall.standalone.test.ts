import { type ChildProcess, fork } from 'node:child_process';
import { type EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type WorkerAnswer, type WorkerSettings, workerAnswer } from './testing/identify-messages.ts';

const SIMULATOR = fileURLToPath(new URL('../../../../apps/provider-simulator/src/main.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('./testing/identify-worker.ts', import.meta.url));
const ANSWERED = { isPlant: true };
const UNAVAILABLE = { failed: 'providers_resting' };

const listening = z.object({ listening: z.string() });
const counts = z.object({ plant_id: z.object({ identify: z.number(), all: z.number() }) });
const usage = z.object({ used: z.object({ total: z.number() }) });

/** An instance of the product, which asks about the photo of the running test. */
interface Instance {
  readonly child: ChildProcess;
  ask(): Promise<WorkerAnswer>;
}

/** What it tells of next. */
async function next(emitter: EventEmitter | null, event: string): Promise<unknown> {
  return await new Promise((resolve) => {
    emitter?.once(event, (value: unknown) => resolve(value));
  });
}

/**
 * Instances of the product are processes here, and so are Redis and the service that is paid. Tests share two instances
 * that they leave running, and each asks about a photo of its own.
 */
describe.skipIf(!hasRedisServer)('an identification whose answer is lost', () => {
  let redis: RedisServer;
  let simulator: ChildProcess;
  let url: string;
  let one: Instance;
  let other: Instance;
  const workers: ChildProcess[] = [];
  let width = 64;
  let paidBefore = 0;

  beforeAll(async () => {
    redis = await RedisServer.prepare();
    await redis.start();
    simulator = fork(SIMULATOR, [], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    url = listening.parse(JSON.parse(String(await next(simulator.stdout, 'data')))).listening;
    [one, other] = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    for (const child of [simulator, ...workers]) child.kill('SIGKILL');
    await redis[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    width += 1;
    paidBefore = await paid();
    for (const path of ['_calls', '_faults']) await fetch(`${url}/${path}`, { method: 'DELETE' });
  });

  async function start(given: Partial<WorkerSettings> = {}): Promise<Instance> {
    const urls = { redisUrl: redis.url, plantIdUrl: `${url}/api/v3` };
    const settings = { ...urls, redisWaitMs: 5_000, timeoutMs: 1_000, ttlMs: 1_000, ...given };
    const child = fork(WORKER, [JSON.stringify(settings)]);
    workers.push(child);
    await once(child, 'message');
    return {
      child,
      async ask(): Promise<WorkerAnswer> {
        child.send(width);
        return workerAnswer.parse(await next(child, 'message'));
      },
    };
  }

  async function fault(given: object): Promise<void> {
    const body = JSON.stringify({ provider: 'plant_id', ...given });
    expect((await fetch(`${url}/_faults`, { method: 'POST', body })).status).toBe(201);
  }

  /** How often it was asked to identify, how often for what it had made, and what it was paid. */
  async function bill(): Promise<{ posts: number; gets: number; paid: number }> {
    const { all, identify } = counts.parse(await (await fetch(`${url}/_calls`)).json()).plant_id;
    return { posts: identify, gets: all - identify, paid: (await paid()) - paidBefore };
  }
  async function paid(): Promise<number> {
    const headers = { 'Api-Key': 'some-key' };
    return usage.parse(await (await fetch(`${url}/api/v3/usage_info`, { headers })).json()).used.total;
  }
  const posted = () => expect.poll(async () => (await bill()).posts).toBeGreaterThan(0);

  it.each(['hang', 'reset', 'malformed', 'truncated'])(
    'by %s is paid once, though another process asks next',
    async (breaks) => {
      await fault({ breaks, times: 1 });
      expect(await one.ask()).toEqual(UNAVAILABLE);
      expect(await other.ask()).toEqual({ ...ANSWERED, cached: false });
      expect(await one.ask()).toEqual({ ...ANSWERED, cached: true });
      expect(await bill()).toEqual({ posts: 1, gets: 1, paid: 1 });
    },
  );

  it('is paid once when two processes ask at the same time', async () => {
    await fault({ breaks: 'hang', times: 1 });
    const answers = await Promise.all([one.ask(), other.ask()]);
    expect(answers).toContainEqual(UNAVAILABLE);
    expect(answers).toContainEqual({ ...ANSWERED, cached: false });
    expect(await bill()).toEqual({ posts: 1, gets: 1, paid: 1 });
  });

  it('is paid once when the calling process is killed', async () => {
    const killed = await start({ timeoutMs: 30_000 });
    await fault({ breaks: 'hang', times: 1 });
    killed.child.send(width);
    await posted();
    killed.child.kill('SIGKILL');
    expect(await other.ask()).toEqual({ ...ANSWERED, cached: false });
    expect(await bill()).toMatchObject({ posts: 1, paid: 1 });
  });

  it('is paid once when the lease of the calling process expires while it is stopped', async () => {
    const stopped = await start({ timeoutMs: 30_000 });
    await fault({ breaks: 'hang', latencyMs: 500, times: 1 });
    const late = stopped.ask();
    await posted();
    stopped.child.kill('SIGSTOP');
    expect(await other.ask()).toEqual({ ...ANSWERED, cached: false });
    stopped.child.kill('SIGCONT');
    expect(await late).toMatchObject(ANSWERED);
    expect(await bill()).toMatchObject({ posts: 1, paid: 1 });
  });

  it('is paid once while the recall fails, too', async () => {
    await fault({ breaks: 'reset', times: 1 });
    expect(await one.ask()).toEqual(UNAVAILABLE);
    await fault({ status: 503 });
    expect(await one.ask()).toEqual(UNAVAILABLE);
    await fetch(`${url}/_faults`, { method: 'DELETE' });
    expect(await one.ask()).toMatchObject(ANSWERED);
    expect(await bill()).toMatchObject({ posts: 1, paid: 1 });
  });

  it('is paid once by a process without Redis', async () => {
    await using absent = await RedisServer.prepare();
    const alone = await start({ redisUrl: absent.url, redisWaitMs: 0 });
    await fault({ breaks: 'truncated', times: 1 });
    expect(await alone.ask()).toEqual(UNAVAILABLE);
    expect(await alone.ask()).toMatchObject(ANSWERED);
    expect(await bill()).toEqual({ posts: 1, gets: 1, paid: 1 });
  });

  it('is bought again when the service never made it', async () => {
    await fault({ breaks: 'reset', before: true, times: 1 });
    expect(await one.ask()).toEqual(UNAVAILABLE);
    expect(await other.ask()).toEqual({ ...ANSWERED, cached: false });
    expect(await bill()).toEqual({ posts: 2, gets: 1, paid: 1 });
  });
});
