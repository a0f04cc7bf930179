export { FakeClock } from './fake-clock.ts';
export { freePort } from './free-port.ts';
export { hasRedisServer, RedisServer } from './redis-server.ts';
export { connectTestRedis, testRedisUrl } from './test-redis.ts';
