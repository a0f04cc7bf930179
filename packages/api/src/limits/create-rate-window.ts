import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Rate } from '../config.ts';
import { createLocalWindow } from './local-window.ts';
import type { RateWindow } from './rate-window.ts';
import { createSharedWindow } from './shared-window.ts';

/** What one process lets through while Redis is away. */
const SHARE_WITHOUT_REDIS = 0.1;

/**
 * A window in Redis, shared by all instances. While Redis is away each process lets through a tenth of the number by
 * its own count: what stands behind the limits is worth more than its availability.
 */
export function createRateWindow(options: { redis: RedisConnection; clock: Clock; logger: Logger }): RateWindow {
  const { clock, logger, redis } = options;
  const shared = createSharedWindow(options);
  const local = createLocalWindow(clock);
  let degraded = false;

  async function ask<T>(together: () => Promise<T>, alone: () => T): Promise<T> {
    if (redis.isReady()) {
      try {
        const answer = await together();
        setDegraded(false);
        return answer;
      } catch (error) {
        setDegraded(true, error);
      }
    } else setDegraded(true);
    return alone();
  }

  function setDegraded(now: boolean, reason?: unknown): void {
    if (now === degraded) return;
    degraded = now;
    if (now) logger.warn({ err: reason }, '[RATELIMIT] Redis unavailable - this process lets through a tenth');
    else logger.info('[RATELIMIT] Redis is back - limits are shared again');
  }

  return {
    take: (key, rate) =>
      ask(
        () => shared.take(key, rate),
        () => local.take(key, tenthOf(rate)),
      ),
    look: (key, rate) =>
      ask(
        () => shared.look(key, rate),
        () => local.look(key, tenthOf(rate)),
      ),
  };
}

function tenthOf({ count, windowMs }: Rate): Rate {
  return { count: Math.max(1, Math.floor(count * SHARE_WITHOUT_REDIS)), windowMs };
}
