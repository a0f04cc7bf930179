import { connectRedis, type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

describe.skipIf(!hasRedisServer)('a rate limiter on a cluster node', () => {
  let server: RedisServer;
  let redis: RedisConnection;

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.startCluster();
    await server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    redis = await connectRedis({ url: server.url }, { timeoutMs: 2000, readyWaitMs: 5000 });
  });
  afterAll(async () => {
    await redis.close();
    await server[Symbol.asyncDispose]();
  });

  it.each(['user:rose', 'address:2001:db8::/64', 'sign-in:{a}'])(
    'counts %s in one slot for both windows',
    async (key) => {
      const limiter = createRedisRateLimiter({ redis, clock: systemClock, logger: createLogger({ level: 'silent' }) });
      const rate = { count: 3, windowMs: 3_600_000 };
      const first = await limiter.consume(key, rate);
      await limiter.consume(key, rate);
      expect(await limiter.peek(key, rate)).toMatchObject({ remaining: 1 });
      await first.refund();
      expect(await limiter.peek(key, rate)).toMatchObject({ remaining: 2 });
    },
  );
});
