import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { connectTestRedis, eventually, uniqueKey } from '../testing/test-redis.ts';
import { createLeases } from './leases.ts';

const WORKER = fileURLToPath(new URL('../testing/lease-worker.ts', import.meta.url));

interface Entry {
  readonly what: string;
  readonly fence: number;
  readonly pid: number;
}

describe.skipIf(!hasRedisServer)('a lease among real processes', () => {
  let server: RedisServer;
  let dir: string;
  let log: string;
  let prefix: string;
  let run = 0;

  beforeAll(async () => {
    server = await RedisServer.prepare();
    dir = await mkdtemp(join(tmpdir(), 'lease-'));
    await server.start();
  });
  beforeEach(() => {
    run += 1;
    log = join(dir, `${run}.log`);
    prefix = uniqueKey('processes');
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  const start = (settings: { times: number; holdMs: number; ttlMs: number }): ChildProcess => {
    const numbers = [settings.times, settings.holdMs, settings.ttlMs].map(String);
    // Compiled once, for starting many takes longer than what they do.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(dir, 'compiled') };
    return fork(WORKER, [server.url, prefix, log, ...numbers], { silent: true, env });
  };

  const read = async (): Promise<Entry[]> => {
    const text = await readFile(log, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' '))
      .map(([what = '', fence, pid]) => ({ what, fence: Number(fence), pid: Number(pid) }));
  };
  const firstEntry = () => eventually(async () => (await read()).find(({ what }) => what === 'enter'), 20_000);

  it('has one holder at a time among 16 processes, and fences that rise in the order of entry', {
    timeout: 90_000,
  }, async () => {
    const redis = await connectTestRedis(server.url);
    const leases = createLeases({ redis, prefix, owner: 'test', clock: systemClock });
    const workers: ChildProcess[] = [];
    const compiled = start({ times: 0, holdMs: 0, ttlMs: 1000 });
    await once(compiled, 'exit');
    // Held until all of them have asked, so that they contend; a busy machine starts 16 processes in 8 s.
    await leases.withLease('shared', { ttlMs: 60_000, waitMs: 0 }, async () => {
      workers.push(...Array.from({ length: 16 }, () => start({ times: 5, holdMs: 2, ttlMs: 10_000 })));
      await Promise.all(workers.map((worker) => once(worker, 'message')));
    });
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    await redis.close();
    const entries = (await read()).filter(({ what }) => what === 'enter' || what === 'exit');
    expect(entries.map(({ what }) => what)).toEqual(Array.from({ length: 80 }, () => ['enter', 'exit']).flat());
    const entered = entries.filter(({ what }) => what === 'enter');
    expect(new Set(entered.map(({ pid }) => pid)).size).toBe(16);
    const fences = entered.map(({ fence }) => fence);
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
  });

  it('is taken over from a killed holder, and the takeover is reported', async () => {
    const holder = start({ times: 1, holdMs: 60_000, ttlMs: 500 });
    const first = await firstEntry();
    holder.kill('SIGKILL');
    const next = start({ times: 1, holdMs: 0, ttlMs: 500 });
    await once(next, 'exit');
    const entries = await read();
    const takeovers = entries.filter(({ pid, what }) => pid === next.pid && what.startsWith('taken_over'));
    expect(takeovers.map(({ what }) => what)).toEqual([
      expect.stringMatching(new RegExp(`^taken_over_from_worker-${hostname()}-${holder.pid}-\\d+$`)),
    ]);
    const entered = entries.filter(({ what }) => what === 'enter');
    expect(entered).toHaveLength(2);
    expect(entered[1]?.fence).toBeGreaterThan(first.fence);
  });

  it('is taken over from a paused holder, which gets a LeaseLostError when it goes on', async () => {
    const holder = start({ times: 1, holdMs: 300, ttlMs: 400 });
    const first = await firstEntry();
    holder.kill('SIGSTOP');
    const next = start({ times: 1, holdMs: 0, ttlMs: 400 });
    await once(next, 'exit');
    const exited = once(holder, 'exit');
    holder.kill('SIGCONT');
    await exited;
    const entries = await read();
    expect(entries.find(({ what, pid }) => what === 'enter' && pid === next.pid)?.fence).toBeGreaterThan(first.fence);
    expect(entries.filter(({ pid }) => pid === holder.pid).map(({ what }) => what)).toContain('LeaseLostError');
  });

  it('has fences that rise even after Redis lost its data', async () => {
    await once(start({ times: 1, holdMs: 0, ttlMs: 500 }), 'exit');
    await server.kill();
    await server.start();
    await once(start({ times: 1, holdMs: 0, ttlMs: 500 }), 'exit');
    const fences = (await read()).filter(({ what }) => what === 'enter').map(({ fence }) => fence);
    expect(fences).toHaveLength(2);
    expect(fences[1]).toBeGreaterThan(fences[0] ?? Number.POSITIVE_INFINITY);
  });
});
