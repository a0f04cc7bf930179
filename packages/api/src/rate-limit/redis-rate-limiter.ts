import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { Ratelimit } from '@upstash/ratelimit';
import { allFree, type Counts, nextFree, usedAt, windowEnd } from './next-free.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';

const PREFIX = 'ratelimit';

/**
 * Removes a call from the window KEYS[1]. Deletes the key at zero; otherwise refunded attempts with random accounts
 * would fill Redis with empty counters. Returns the remaining calls; 0 also for a missing window.
 */
const REFUND = `
if tonumber(redis.call('GET', KEYS[1]) or '0') < 2 then
  redis.call('DEL', KEYS[1])
  return 0
end
return redis.call('DECR', KEYS[1])
`;

/**
 * Counts calls in the sliding window of @upstash/ratelimit. Rejects with Redis errors. `clock` must be the clock of the
 * process, because the library reads no other.
 */
export function createRedisRateLimiter(options: { redis: RedisConnection; clock: Clock; logger: Logger }): RateLimiter {
  const { clock, logger } = options;
  const { client: redis } = options.redis;
  const limiters = new Map<string, Ratelimit>();

  /** Returns the limiter of a rate. All use one prefix, so a caller whose rate changes keeps its counted calls. */
  function limiterFor({ count, windowMs }: Rate): Ratelimit {
    const name = `${count}/${windowMs}`;
    const limiter =
      limiters.get(name) ??
      new Ratelimit({
        redis,
        limiter: Ratelimit.slidingWindow(count, `${windowMs} ms`),
        prefix: PREFIX,
        ephemeralCache: false,
        // The connection already limits each command's time and rejects; this timeout would allow the call instead.
        timeout: 0,
        enableTelemetry: false,
      });
    limiters.set(name, limiter);
    return limiter;
  }

  async function countsAt(now: number, key: string, windowMs: number): Promise<Counts> {
    const [current, previous] = await redis.mget<(number | null)[]>(
      windowKey(key, now, windowMs),
      windowKey(key, now - windowMs, windowMs),
    );
    return { current: current ?? 0, previous: previous ?? 0 };
  }

  async function nextFreeOf(key: string, rate: Rate, otherwise: number): Promise<number> {
    try {
      const now = clock.now();
      return nextFree(now, await countsAt(now, key, rate.windowMs), rate);
    } catch {
      // The result of the call itself is known and stays valid.
      return otherwise;
    }
  }

  return {
    async consume(key, rate) {
      const { success, remaining, reset } = await limiterFor(rate).limit(tagged(key));
      let isCounted = success;
      return {
        allowed: success,
        rate,
        remaining,
        // The library's reset is the end of the window, which is not when the next call is allowed.
        resetAt: remaining > 0 ? reset : await nextFreeOf(key, rate, reset),
        async refund() {
          if (!isCounted) return;
          isCounted = false;
          // The window in which the call was counted may have ended by now.
          await redis
            .eval(REFUND, [windowKey(key, reset - rate.windowMs, rate.windowMs)], [])
            .catch((error: unknown) => {
              logger.warn({ err: error }, '[RATELIMIT] Could not refund a call');
            });
        },
      };
    },

    async peek(key, rate) {
      const now = clock.now();
      const counts = await countsAt(now, key, rate.windowMs);
      const remaining = Math.max(0, rate.count - usedAt(now, counts, rate.windowMs));
      return {
        rate,
        remaining,
        resetAt: remaining > 0 ? windowEnd(now, rate.windowMs) : nextFree(now, counts, rate),
        fullAt: allFree(now, counts, rate.windowMs),
      };
    },
  };
}

/** Wraps the key in a hash tag: the two windows that one script reads must share a slot of a cluster. */
function tagged(key: string): string {
  return `{${key}}`;
}

/** Returns the key under which the library stores a window. */
function windowKey(key: string, at: number, windowMs: number): string {
  return [PREFIX, tagged(key), Math.floor(at / windowMs)].join(':');
}
