import { Redis as IORedis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { LeaseLostError, LeaseTimeoutError } from '../lease/errors.ts';
import { createLeases } from '../lease/leases.ts';
import { connectRedis } from '../redis/connect.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import { CountingClock } from '../testing/counting-clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { sleep } from '../testing/sleep.ts';
import { eventually } from '../testing/test-redis.ts';
import { collectUnhandledRejections } from '../testing/unhandled-rejections.ts';
import { createCache } from './create-cache.ts';

/** One pause shorter, and one longer, than the silence after which a connection is given up. */
const PAUSES_MS = [500, 1500];
const KEYS = ['rose', 'oak', 'weed'];
const lifetime = () => ({ ttlMs: 20, staleMs: 60_000 });

describe.skipIf(!hasRedisServer)('a Redis that pauses and dies under load', () => {
  let server: RedisServer;
  let admin: IORedis;
  const unhandled = collectUnhandledRejections();

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start();
    admin = new IORedis(server.url.replace('unix://', ''));
    // It reconnects after Redis was killed.
    admin.on('error', () => {});
  });
  afterEach(async () => {
    admin.disconnect();
    await server[Symbol.asyncDispose]();
  });

  const clients = async () =>
    String(await admin.client('LIST'))
      .trim()
      .split('\n').length;

  async function createProcess(clock: Clock, { ttlMs, waitMs } = { ttlMs: 1000, waitMs: 1000 }) {
    const redis = await connectRedis({ url: server.url }, { timeoutMs: 100, readyWaitMs: 5000, clock });
    const shared = { redis, prefix: 'pause', clock };
    const leases = createLeases({ ...shared, owner: 'test' });
    const cache = createCache({ ...shared, lock: { ttlMs, waitMs }, memory: { maxEntries: 10 } });
    let losses = 0;
    redis.subscribe(({ type }) => {
      if (type === 'lost') losses += 1;
    });
    return { redis, leases, cache, losses: () => losses };
  }

  it('causes no wrong value and leaves no rejection, timer or connection behind', { timeout: 60_000 }, async () => {
    const clock = new CountingClock();
    const processes = [await createProcess(clock), await createProcess(clock)];
    const wrong: unknown[] = [];
    const holding = new Set<AbortSignal>();
    const end = new AbortController();
    let held = 0;

    const load = async (key: string) => {
      await sleep(2);
      if (key === 'weed') throw new Error('withered');
      return `${key} in bloom`;
    };
    const body = async (signal: AbortSignal) => {
      if ([...holding].some((other) => !other.aborted)) wrong.push('two holders at once');
      holding.add(signal);
      await sleep(2);
      holding.delete(signal);
      held += 1;
    };
    const allowed = [RedisUnavailableError, LeaseLostError, LeaseTimeoutError];
    async function ask({ cache }: (typeof processes)[number], key: string) {
      while (!end.signal.aborted) {
        const answer = await cache.getOrLoad(key, () => load(key), { lifetime }).then(({ value }) => value, String);
        if (answer !== (key === 'weed' ? 'Error: withered' : `${key} in bloom`)) wrong.push(answer);
        await sleep(5);
      }
    }
    async function work({ leases }: (typeof processes)[number]) {
      while (!end.signal.aborted) {
        await leases.withLease('work', { ttlMs: 1000, waitMs: 1000 }, body).catch((error: unknown) => {
          if (!allowed.some((kind) => error instanceof kind)) wrong.push(error);
        });
        await sleep(5);
      }
    }
    const callers = processes.flatMap((one) => [
      ...[...KEYS, ...KEYS].map((key) => ask(one, key)),
      ...Array.from({ length: 4 }, () => work(one)),
    ]);
    const works = () => {
      const before = held;
      return eventually(
        () => (held > before + 20 && processes.every(({ redis }) => redis.isReady()) ? true : undefined),
        15_000,
      );
    };

    await works();
    for (const pauseMs of PAUSES_MS) {
      await admin.client('PAUSE', pauseMs, 'ALL');
      // Redis answers when the pause is over.
      await admin.ping();
      await works();
    }
    const lost = processes.map(({ losses }) => losses());
    await server.kill();
    await eventually(() => (processes.every(({ losses }, n) => losses() > (lost[n] ?? 0)) ? true : undefined));
    await server.start();
    await works();
    end.abort();
    await Promise.all(callers);

    expect(wrong).toEqual([]);
    for (const { losses } of processes) expect(losses()).toBeGreaterThan(PAUSES_MS.length);
    // Each process has one for commands and one for messages, and the test has its own.
    await eventually(async () => ((await clients()) === 5 ? true : undefined));
    await Promise.all(processes.map(({ redis }) => redis.close()));
    await eventually(async () => ((await clients()) === 1 ? true : undefined));
    await eventually(() => (clock.pendingTimers === 0 ? true : undefined));
    expect(unhandled).toEqual([]);
  });

  it.each(PAUSES_MS)('for %i ms makes no process load what another is loading', async (pauseMs) => {
    // Longer than the pauses, as in use: any process may take over a lease that expires meanwhile.
    const lock = { ttlMs: 10_000, waitMs: 40_000 };
    const processes = await Promise.all(Array.from({ length: 4 }, () => createProcess(systemClock, lock)));
    let loads = 0;
    const loaded = Promise.withResolvers<string>();
    const ask = ({ cache }: (typeof processes)[number]) =>
      cache.getOrLoad(
        'oak',
        () => {
          loads += 1;
          return loaded.promise;
        },
        { lifetime: () => ({ ttlMs: 60_000, staleMs: 60_000 }) },
      );
    const [first, ...others] = processes;
    if (!first) throw new Error('there are four processes');
    const asked = [ask(first)];
    await eventually(() => (loads === 1 ? true : undefined));
    // The probes and the lease of the first process are counted by now.
    const scripts = async () => Number(/cmdstat_eval:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
    const before = await scripts();
    asked.push(...others.map(ask));
    // Each of the others has asked for the lease and seen its holder.
    await eventually(async () => ((await scripts()) >= before + others.length ? true : undefined));
    await admin.client('PAUSE', pauseMs, 'ALL');
    await admin.ping();
    await eventually(() => (processes.every(({ redis }) => redis.isReady()) ? true : undefined));
    loaded.resolve('oak in bloom');
    expect(new Set((await Promise.all(asked)).map(({ value }) => value))).toEqual(new Set(['oak in bloom']));
    expect(loads).toBe(1);
    await Promise.all(processes.map(({ redis }) => redis.close()));
  });
});
