import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { Ratelimit } from '@upstash/ratelimit';
import type { Rate } from '../config.ts';
import type { Audience } from './audience.ts';
import { createLocalWindow } from './local-window.ts';

/** What became of one counted call. */
export interface Counted {
  allowed: boolean;
  /** Names the audience in the RateLimit headers. */
  policy: string;
  rate: Rate;
  remaining: number;
  /** Epoch milliseconds. */
  resetAt: number;
  /** Takes the call back, as if it had never been made. Never throws. */
  giveBack(): Promise<void>;
}

export interface IdentifyLimit {
  /** Counts one call of this audience. Never throws. */
  count(audience: Audience): Promise<Counted>;
}

/** What one process lets through while Redis is away. */
const SHARE_WITHOUT_REDIS = 0.1;

/**
 * A sliding window in Redis, shared by all instances. While Redis is away each process lets through a tenth of the
 * number by its own count: the credits behind an identification are worth more than its availability.
 */
export function createIdentifyLimit(options: { redis: RedisConnection; clock: Clock; logger: Logger }): IdentifyLimit {
  const { clock, logger, redis } = options;
  const local = createLocalWindow(clock);
  const limiters = new Map<string, Ratelimit>();
  let degraded = false;

  /** One limiter a number: all share the prefix, so a caller whose number changes keeps what is used. */
  function limiterFor({ count, windowMs }: Rate): Ratelimit {
    const name = `${count}/${windowMs}`;
    const limiter =
      limiters.get(name) ??
      new Ratelimit({
        redis: redis.redis,
        limiter: Ratelimit.slidingWindow(count, `${windowMs} ms`),
        prefix: 'ratelimit:identify',
        ephemeralCache: false,
        // The connection bounds each command and rejects; this one would let the call through instead.
        timeout: 0,
        enableTelemetry: false,
      });
    limiters.set(name, limiter);
    return limiter;
  }

  async function shared(audience: Audience): Promise<Counted> {
    const limiter = limiterFor(audience.rate);
    const { success, remaining, reset } = await limiter.limit(audience.key);
    return {
      allowed: success,
      policy: audience.policy,
      rate: audience.rate,
      remaining,
      resetAt: reset,
      giveBack: async () => {
        await limiter.limit(audience.key, { rate: -1 }).catch((error: unknown) => {
          logger.warn({ err: error }, '[RATELIMIT] A call could not be given back');
        });
      },
    };
  }

  function alone(audience: Audience): Counted {
    const count = Math.max(1, Math.floor(audience.rate.count * SHARE_WITHOUT_REDIS));
    const rate = { count, windowMs: audience.rate.windowMs };
    return { ...local.take(audience.key, rate), policy: audience.policy, rate };
  }

  function setDegraded(now: boolean, reason?: unknown): void {
    if (now === degraded) return;
    degraded = now;
    if (now) logger.warn({ err: reason }, '[RATELIMIT] Redis unavailable - this process lets through a tenth');
    else logger.info('[RATELIMIT] Redis is back - limits are shared again');
  }

  return {
    async count(audience) {
      if (redis.isReady()) {
        try {
          const counted = await shared(audience);
          setDegraded(false);
          return counted;
        } catch (error) {
          setDegraded(true, error);
        }
      } else setDegraded(true);
      return alone(audience);
    },
  };
}
