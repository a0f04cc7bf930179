import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Rate } from '../config.ts';
import { createLocalWindow } from './local-window.ts';
import type { RateWindow } from './rate-window.ts';
import { createRedisFallback, tenthOf } from './redis-fallback.ts';
import { createSharedWindow } from './shared-window.ts';

/**
 * A window in Redis, shared by all instances. While Redis is away each process lets through a tenth of the number by
 * its own count: what stands behind the limits is worth more than its availability.
 */
export function createRateWindow(options: { redis: RedisConnection; clock: Clock; logger: Logger }): RateWindow {
  const shared = createSharedWindow(options);
  const local = createLocalWindow(options.clock);
  const ask = createRedisFallback({
    ...options,
    lost: '[RATELIMIT] Redis unavailable - this process lets through a tenth',
    back: '[RATELIMIT] Redis is back - limits are shared again',
  });
  return {
    take: (key, rate) =>
      ask(
        () => shared.take(key, rate),
        () => local.take(key, tenthRate(rate)),
      ),
    look: (key, rate) =>
      ask(
        () => shared.look(key, rate),
        () => local.look(key, tenthRate(rate)),
      ),
  };
}

function tenthRate({ count, windowMs }: Rate): Rate {
  return { count: tenthOf(count), windowMs };
}
