import { randomUUID } from 'node:crypto';
import { connectRedis } from '../redis/connect.ts';
import type { RedisConnection } from '../redis/types.ts';

/** The Redis that the test runner gives, `unix:///…` or `redis://…`; without one what needs it is counted as skipped. */
export const testRedisUrl: string = process.env['TEST_REDIS_URL'] ?? '';

/** A connection with a patience for slow machines; ready, or the test fails. */
export async function connectTestRedis(url: string = testRedisUrl): Promise<RedisConnection> {
  const connection = await connectRedis({ url }, { timeoutMs: 2000, readyWaitMs: 5000 });
  if (!connection.isReady()) throw new Error('the Redis of TEST_REDIS_URL does not answer');
  return connection;
}

/** A key nobody else uses. */
export function freshKey(name: string): string {
  return `test:${randomUUID()}:${name}`;
}

/** Resolves with the first value that `read` gives, asking at each turn of the event loop. */
export async function eventually<T>(read: () => T | undefined | Promise<T | undefined>, withinMs = 5000): Promise<T> {
  const limit = AbortSignal.timeout(withinMs);
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    limit.throwIfAborted();
    await new Promise(setImmediate);
  }
}
