import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCache } from '../cache/create-cache.ts';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import { systemClock } from '../clock.ts';
import { createLeases } from '../lease/leases.ts';
import { fail, SERVICE_CIRCUIT } from '../testing/local-circuit.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import type { RedisConnection, RedisEvent } from './types.ts';

describe.skipIf(!hasRedisServer)('a node of a cluster', () => {
  let server: RedisServer;
  let redis: RedisConnection;
  let events: RedisEvent[];

  // Both tests use one server, since a cluster that gets its slots takes 2 s until it serves.
  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.startCluster();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    redis = await connectRedis({ url: server.url }, { timeoutMs: 2000, readyWaitMs: 0 });
    events = [];
    redis.subscribe((event) => events.push(event));
  });
  afterEach(() => redis.close());

  async function serve(): Promise<void> {
    const info = await server.command('CLUSTER', 'INFO');
    if (info.includes('cluster_slots_assigned:0')) await server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await eventually(() => redis.isReady() || undefined);
  }

  it('is unavailable while its cluster is down', async () => {
    await eventually(() => (events.some(({ reason }) => reason?.startsWith('CLUSTERDOWN')) ? true : undefined));
    expect(await redis.probe()).toBe(false);
    await serve();
    expect(await redis.client.set('key', 'value')).toBe('OK');
  });

  it('runs every script, since the keys of each share a slot', async () => {
    await serve();
    events.length = 0;
    const shared = { redis, prefix: 'test', clock: systemClock };
    const leases = createLeases({ ...shared, owner: 'test' });
    const cache = createCache({
      ...shared,
      memory: { maxEntries: 10 },
      lock: { ttlMs: 30_000, waitMs: 1000 },
    });
    const failures: unknown[] = [];
    leases.subscribe((event) => event.type === 'redis_failed' && failures.push(event));
    cache.subscribeToLock((event) => event.type === 'redis_failed' && failures.push(event));
    cache.subscribe((event) => event.type === 'redis_failed' && failures.push(event));
    const circuit = createCircuit({ ...SERVICE_CIRCUIT, ...shared, classify: () => 'failure' });

    const lifetime = (provisional: boolean) => () => ({ ttlMs: 60_000, staleMs: 60_000, provisional });
    await cache.getOrLoad('rose', async () => 'Rosa', { lifetime: lifetime(false) });
    await cache.getOrLoad('lily', async () => 'Lilium', { lifetime: lifetime(true) });
    await leases.withLease('tulip', { ttlMs: 30_000, waitMs: 0 }, async () => {});
    for (let n = 0; n < 3; n += 1) await fail(circuit);
    expect(await circuit.isolate('maintenance')).toBe('shared');
    expect(failures).toEqual([]);
    expect(events).toEqual([]);
    circuit.close();
  });
});
