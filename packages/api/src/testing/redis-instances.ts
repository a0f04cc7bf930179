import type { RedisConnection } from '@plantcommunity/resilience';
import { connectTestRedis, testRedisUrl } from '@plantcommunity/resilience/testing';

/** Connects to the test Redis several times, like several processes. */
export function connectInstances(count: number): Promise<RedisConnection[]> {
  if (!testRedisUrl) throw new Error('TEST_REDIS_URL names the Redis of the integration tests');
  return Promise.all(Array.from({ length: count }, () => connectTestRedis()));
}
