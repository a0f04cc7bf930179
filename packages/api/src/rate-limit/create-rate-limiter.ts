import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { createLocalRateLimiter } from './local-rate-limiter.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';
import { createRedisFallback, tenthOf } from './redis-fallback.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

/**
 * A window in Redis, shared by all instances. While Redis is away each process lets through a tenth of the number by
 * its own count: what stands behind the limits is worth more than its availability.
 */
export function createRateLimiter(options: { redis: RedisConnection; clock: Clock; logger: Logger }): RateLimiter {
  const shared = createRedisRateLimiter(options);
  const local = createLocalRateLimiter(options.clock);
  const ask = createRedisFallback({
    ...options,
    lost: '[RATELIMIT] Redis unavailable - this process lets through a tenth',
    back: '[RATELIMIT] Redis is back - limits are shared again',
  });
  return {
    consume: (key, rate) =>
      ask(
        () => shared.consume(key, rate),
        () => local.consume(key, tenthRate(rate)),
      ),
    peek: (key, rate) =>
      ask(
        () => shared.peek(key, rate),
        () => local.peek(key, tenthRate(rate)),
      ),
  };
}

function tenthRate({ count, windowMs }: Rate): Rate {
  return { count: tenthOf(count), windowMs };
}
