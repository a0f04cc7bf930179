import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { Ratelimit } from '@upstash/ratelimit';
import { allFree, type Counts, nextFree, usedAt, windowEnd } from './next-free.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';

const PREFIX = 'ratelimit';

/**
 * Takes a call out of the window KEYS[1], which goes with its last: whoever names a new account with each try would
 * fill Redis with nothing. Returns the calls that stay; 0 also when the window is forgotten.
 */
const GIVE_BACK = `
if tonumber(redis.call('GET', KEYS[1]) or '0') < 2 then
  redis.call('DEL', KEYS[1])
  return 0
end
return redis.call('DECR', KEYS[1])
`;

/**
 * The sliding window of @upstash/ratelimit, as exact as Redis. Throws what Redis fails with.
 * `clock` is that of the process: the library asks no other.
 */
export function createRedisRateLimiter(options: { redis: RedisConnection; clock: Clock; logger: Logger }): RateLimiter {
  const { clock, logger } = options;
  const { client: redis } = options.redis;
  const limiters = new Map<string, Ratelimit>();

  /** One limiter a number: all share the prefix, so a caller whose number changes keeps what is used. */
  function limiterFor({ count, windowMs }: Rate): Ratelimit {
    const name = `${count}/${windowMs}`;
    const limiter =
      limiters.get(name) ??
      new Ratelimit({
        redis,
        limiter: Ratelimit.slidingWindow(count, `${windowMs} ms`),
        prefix: PREFIX,
        ephemeralCache: false,
        // The connection bounds each command and rejects; this one would let the call through instead.
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
      // What Redis has said of the call itself stays said.
      return otherwise;
    }
  }

  return {
    async consume(key, rate) {
      const { success, remaining, reset } = await limiterFor(rate).limit(tagged(key));
      let isTaken = success;
      return {
        allowed: success,
        rate,
        remaining,
        // The library's reset is the end of the window, which is not when a call is let through.
        resetAt: remaining > 0 ? reset : await nextFreeOf(key, rate, reset),
        async refund() {
          if (!isTaken) return;
          isTaken = false;
          // Of the window it was counted in, which may be over by now.
          await redis
            .eval(GIVE_BACK, [windowKey(key, reset - rate.windowMs, rate.windowMs)], [])
            .catch((error: unknown) => {
              logger.warn({ err: error }, '[RATELIMIT] A call could not be given back');
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

/** As the library names it. */
function windowKey(key: string, at: number, windowMs: number): string {
  return [PREFIX, tagged(key), Math.floor(at / windowMs)].join(':');
}
