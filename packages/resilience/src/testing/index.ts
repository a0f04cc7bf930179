export { FakeClock } from './fake-clock.ts';
export { hasRedisServer, RedisServer } from './redis-server.ts';
export { testRedisUrl } from './test-redis.ts';
