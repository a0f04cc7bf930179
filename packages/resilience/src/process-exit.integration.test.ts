import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLeases } from './lease/leases.ts';
import type { RedisConnection } from './redis/types.ts';
import { RestServer } from './testing/rest-server.ts';
import { connectTestRedis, testRedisUrl, uniqueKey } from './testing/test-redis.ts';

const PACKAGE = new URL('../', import.meta.url);

describe.skipIf(!testRedisUrl)('a process', () => {
  let rest: RestServer;
  let redis: RedisConnection;
  let restSettings: { restUrl: string; token: string };
  let prefix: string;

  beforeAll(async () => {
    rest = new RestServer(testRedisUrl);
    [restSettings, redis] = await Promise.all([rest.listen(), connectTestRedis()]);
  });
  beforeEach(() => {
    prefix = uniqueKey('exit');
  });
  afterAll(async () => {
    await redis.close();
    await rest[Symbol.asyncDispose]();
  });

  function start(settings: object, program: string): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, ['--input-type=module-typescript'], { cwd: fileURLToPath(PACKAGE) });
    child.stdin.end(`
      import { connectRedis, createCache, createCircuit, createLeases, systemClock, waitFor } from '@plantcommunity/resilience';

      const prefix = ${JSON.stringify(prefix)};
      const redis = await connectRedis(${JSON.stringify(settings)}, { timeoutMs: 5000, readyWaitMs: 10_000 });
      ${program}
    `);
    return child;
  }

  async function ended(child: ChildProcessWithoutNullStreams): Promise<{ exitCode: number | null; output: string }> {
    const exited = once(child, 'exit');
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { exitCode: child.exitCode, output: output + errors };
  }

  it('that waits for a lease over REST lives until it has the lease', async () => {
    const acquisition = await createLeases({ redis, prefix }).acquire('job', { waitMs: 0 });
    const child = start(
      restSettings,
      `
        const leases = createLeases({ redis, prefix });
        const acquired = leases.withLease('job', { waitMs: 20_000 }, async () => console.log('it is my turn'));
        await redis.probe();
        console.error('waits');
        await acquired;
      `,
    );
    await once(child.stderr, 'data');
    if (acquisition.type === 'acquired') await acquisition.lease.release();
    expect(await ended(child)).toEqual({ exitCode: 0, output: 'it is my turn\n' });
  });

  it('over REST ends while a circuit, a cache and a lease are in use, as their timers run in the background', async () => {
    const child = start(restSettings, IN_USE);
    expect(await ended(child)).toEqual({ exitCode: 0, output: 'in use\n' });
  });

  it.each(['tcp', 'rest'] as const)(
    'ends within a second of the close of its connection over %s',
    async (transport) => {
      const child = start(
        transport === 'tcp' ? { url: testRedisUrl } : restSettings,
        `${IN_USE}
        const waits = [
          leases.acquire('job', { waitMs: 60_000 }),
          leases.acquire('job', { waitMs: 60_000 }),
          cache.getOrLoad('job', async () => 'loaded here', { ttlMs: 60_000 }),
        ];
        await redis.probe();
        const closedAt = performance.now();
        process.on('exit', () => console.log(performance.now() - closedAt < 1000 ? 'in time' : 'late'));
        await redis.close();
        for (const end of await Promise.allSettled(waits)) console.log(end.reason?.name ?? end.value.value);
      `,
      );
      expect(await ended(child)).toEqual({
        exitCode: 0,
        output: 'in use\nRedisUnavailableError\nRedisUnavailableError\nloaded here\nin time\n',
      });
    },
  );
});

/** Uses every part of the package that has timers, listeners or a subscription. */
const IN_USE = `
  const circuit = createCircuit({ name: prefix, redis, failMax: 1 });
  await circuit.execute(() => Promise.reject(new Error('no answer'))).catch(() => {});
  const isolated = createCircuit({ name: prefix + ':isolated', redis });
  await isolated.isolate('maintenance', Date.now() + 60_000);
  const cache = createCache({ redis, prefix, lock: { ttlMs: 30_000, waitMs: 40_000 } });
  await cache.getOrLoad('key', async () => 'value', { ttlMs: 60_000, refreshEarly: true });
  const leases = createLeases({ redis, prefix });
  const acquisition = await leases.acquire('job', { waitMs: 0, maxHoldMs: 60_000 });
  if (acquisition.type !== 'acquired') throw new Error('the lease is free');
  console.log('in use');
`;
