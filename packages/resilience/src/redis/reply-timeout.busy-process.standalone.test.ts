import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import type { RedisConnection, RedisEvent } from './types.ts';

describe.skipIf(!hasRedisServer)('a process whose event loop is blocked beside a healthy Redis', () => {
  let server: RedisServer;
  let redis: RedisConnection;
  let events: RedisEvent[];

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start();
    redis = await connectRedis({ url: server.url }, { timeoutMs: 100, readyWaitMs: 5000 });
    events = [];
    redis.subscribe((event) => events.push(event));
  });
  afterEach(async () => {
    await redis.close();
    await server[Symbol.asyncDispose]();
  });

  /** Holds this thread, as a long synchronous task does. */
  function block(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  it.each([300, 700])('for %d ms again and again never reports it as lost', { timeout: 30_000 }, async (ms) => {
    const failures: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      const asked = Array.from({ length: 5 }, () => redis.client.incr('n').catch((error) => failures.push(error)));
      block(ms);
      // The next block begins before all received data was read.
      if (n % 2 === 0) setImmediate(() => block(ms));
      await Promise.all(asked);
    }
    expect({ failures, events }).toEqual({ failures: [], events: [{ type: 'ready' }] });
    expect(await redis.client.get('n')).toBe(20);
  });

  it('notices a hung Redis, and is ready again as soon as it answers', async () => {
    server.hang();
    block(300);
    await expect(redis.client.get('n')).rejects.toMatchObject({ code: 'redis_unavailable', wasSent: true });
    expect(events.at(-1)).toMatchObject({ type: 'lost' });
    server.wake();
    await eventually(() => (redis.isReady() ? true : undefined));
  });
});
