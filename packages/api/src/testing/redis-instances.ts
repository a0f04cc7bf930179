import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';

/** Connects to the test Redis several times, like several processes, with a long timeout for slow machines. */
export function connectInstances(count: number): Promise<RedisConnection[]> {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined) throw new Error('TEST_REDIS_URL names the Redis of the integration tests');
  return Promise.all(Array.from({ length: count }, () => connectRedis({ url }, { timeoutMs: 10_000 })));
}
