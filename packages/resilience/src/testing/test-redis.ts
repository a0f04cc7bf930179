import { randomUUID } from 'node:crypto';
import { connectRedis } from '../redis/connect.ts';
import type { RedisConnection } from '../redis/types.ts';

/** URL of the Redis of the test runner, `unix:///…` or `redis://…`; without it the tests that need it count as skipped. */
export const testRedisUrl: string = process.env['TEST_REDIS_URL'] ?? '';

/** Connects to a Redis that answers, with time limits for busy machines. @throws when Redis is not ready */
export async function connectTestRedis(url: string = testRedisUrl): Promise<RedisConnection> {
  const connection = await connectRedis({ url }, { timeoutMs: 10_000, readyWaitMs: 10_000 });
  if (!connection.isReady()) throw new Error('the Redis of the test does not answer');
  return connection;
}

/** Returns a key that no other test uses. */
export function uniqueKey(name: string): string {
  return `test:${randomUUID()}:${name}`;
}

/**
 * Resolves with the first value of `read` that is not undefined, reading at each turn of the event loop. The limit only
 * guards against hanging: a test that passes takes no longer.
 * @throws {Error} that names the call of this function, after `withinMs`
 */
export async function eventually<T>(read: () => T | undefined | Promise<T | undefined>, withinMs = 10_000): Promise<T> {
  const timeout = new Error(`there was no value within ${withinMs} ms`);
  const limit = AbortSignal.timeout(withinMs);
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (limit.aborted) throw timeout;
    await new Promise(setImmediate);
  }
}
