import type { Clock, RedisConnection } from '@plantcommunity/resilience';

/** Longer than any call may take, in case its process dies. */
const KEPT_MS = 90_000;

/** When calls left that are out, told to other processes, which may be waiting for their answers. */
export interface Departures {
  /** A call of this process leaves for the question `key`. */
  add(key: string): void;
  /** The call of this process is over. */
  remove(key: string): void;
  /** How long ago a call left for the question; undefined when none is known to be out. Never throws. */
  age(key: string): Promise<number | undefined>;
}

export function createDepartures(options: {
  redis: RedisConnection;
  /** Of the cache, whose keys name the questions: what is kept about a question shares a slot of a cluster. */
  prefix: string;
  clock: Clock;
}): Departures {
  const { clock, prefix, redis } = options;
  const nameOf = (key: string): string => `${prefix}:{${key}}:departed`;
  return {
    add: (key) => void redis.redis.set(nameOf(key), clock.now(), { px: KEPT_MS }).catch(() => undefined),
    remove: (key) => void redis.redis.del(nameOf(key)).catch(() => undefined),
    async age(key) {
      if (!redis.isReady()) return undefined;
      const departedAt: unknown = await redis.redis.get(nameOf(key)).catch(() => undefined);
      return typeof departedAt === 'number' ? Math.max(0, clock.now() - departedAt) : undefined;
    },
  };
}
