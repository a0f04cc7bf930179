import { Redis as IORedis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { connectRedis } from './connect.ts';
import { RedisUnavailableError } from './errors.ts';
import type { EndedCommand } from './types.ts';

/** For a Redis that answers; a busy machine may take longer than the default. */
const LONG = { timeoutMs: 10_000, readyWaitMs: 10_000 };

describe.skipIf(!hasRedisServer)('connectRedis', () => {
  it('needs a URL only', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const redis = await connectRedis({ url: server.url });
    expect({ isReady: redis.isReady(), reply: await redis.client.ping() }).toEqual({ isReady: true, reply: 'PONG' });
    await redis.close();
  });

  it('gives up a server that does not answer the password within connectTimeoutMs', async () => {
    await using server = await RedisServer.prepare();
    await server.start('--requirepass', 'secret');
    server.hang();
    const ioredis = { path: server.url.replace('unix://', ''), password: 'secret' };
    const redis = await connectRedis({ ioredis }, { connectTimeoutMs: 50, readyWaitMs: 0 });
    const { promise: failed, resolve } = Promise.withResolvers<string | undefined>();
    redis.subscribe(({ type, reason }) => type === 'error' && resolve(reason));
    expect(await failed).toBe('Redis was silent for 50 ms');
    server.wake();
    await redis.close();
  });

  it('reports the commands of its client', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const ended: EndedCommand[] = [];
    const redis = await connectRedis({ url: server.url }, { ...LONG, onCommand: (command) => ended.push(command) });
    const atStart = ended.length;
    await redis.client.set('rose', 'Rosa');
    await expect(redis.client.lpush('rose', 'x')).rejects.toThrow('WRONGTYPE');
    await server.kill();
    await expect(redis.client.get('rose')).rejects.toBeInstanceOf(RedisUnavailableError);
    await redis.close();
    expect({ atStart, outcomes: ended.map(({ outcome }) => outcome) }).toEqual({
      atStart: 0,
      outcomes: ['ok', 'error', 'unavailable'],
    });
    for (const { durationMs } of ended) expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  it("takes the options of a caller's ioredis client, except those that change when or what it sends", async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const client = new IORedis({
      path: server.url.replace('unix://', ''),
      db: 3,
      keyPrefix: 'app:',
      lazyConnect: true,
    });
    const redis = await connectRedis({ ioredis: client.options }, LONG);
    await redis.client.set('rose', 'Rosa');
    await client.connect();
    expect({ plain: await client.call('GET', 'rose'), channel: redis.channelOf('news') }).toEqual({
      plain: null,
      channel: 'news@db3',
    });
    client.options.keyPrefix = '';
    expect(await client.get('rose')).toBe('Rosa');
    client.disconnect();
    await redis.close();
  });
});
