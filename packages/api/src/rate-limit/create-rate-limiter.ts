import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { createLocalRateLimiter } from './local-rate-limiter.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';
import { createRedisFallback, tenthOf } from './redis-fallback.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

/**
 * Creates a limiter in Redis, shared by all instances. While Redis is unavailable each process allows a tenth of the
 * calls by its own count: protecting the providers' credits matters more than availability.
 */
export function createRateLimiter(options: { redis: RedisConnection; clock: Clock; logger: Logger }): RateLimiter {
  const shared = createRedisRateLimiter(options);
  const local = createLocalRateLimiter(options.clock);
  const ask = createRedisFallback({
    ...options,
    lost: '[RATELIMIT] Redis unavailable, counting locally: this process allows a tenth',
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
