import { connectRedis } from '@plantcommunity/resilience';
import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtRedis } from './look-at-services.ts';

describe.skipIf(!hasRedisServer)('the Redis of a deployment', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function found(...commands: [string, ...string[]][]) {
    const connection = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
    for (const command of commands) await connection.redis.exec(command);
    await connection.close();
    return lookAtRedis({ url: server.url });
  }

  it('is fine when it takes and keeps what it is given', async () => {
    expect(await found()).toEqual([]);
  });

  it('must not throw keys out', async () => {
    expect(await found(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'])).toMatchObject([
      { level: 'warning', about: 'REDIS_URL' },
    ]);
  });

  it.each(['yes', 'no'])('must not be a replica, whether it takes writes or not (read-only: %s)', async (readOnly) => {
    const commands: [string, ...string[]][] = [
      ['CONFIG', 'SET', 'replica-read-only', readOnly],
      ['REPLICAOF', '127.0.0.1', '1'],
    ];
    expect(await found(...commands)).toMatchObject([
      { level: 'error', about: 'REDIS_URL', text: 'is a replica, whose writes are refused or lost.' },
    ]);
  });

  it('must be there', async () => {
    await server.kill();
    expect(await lookAtRedis({ url: server.url })).toMatchObject([{ level: 'error', about: 'REDIS_URL' }]);
  });
});
