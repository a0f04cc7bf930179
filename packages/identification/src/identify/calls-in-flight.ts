import { type Clock, createSingleFlight, type RedisConnection } from '@plantcommunity/resilience';

/** TTL of an entry whose process died: longer than any call may take. */
const KEPT_MS = 90_000;

/** Shares the start times of calls in flight with other processes, which may be waiting for the answers. */
export interface CallsInFlight {
  /** Records that this process sends a call for the question `key`. */
  add(key: string): void;
  /** Removes the record: the call is over. */
  remove(key: string): void;
  /** Returns the age of the call in flight for the question, in ms; undefined when none is known. Never throws. */
  age(key: string): Promise<number | undefined>;
}

export function createCallsInFlight(options: {
  redis: RedisConnection;
  /** Prefix of the cache: all keys of a question share its hash tag, and so a slot of a cluster. */
  prefix: string;
  clock: Clock;
}): CallsInFlight {
  const { clock, prefix, redis } = options;
  const nameOf = (key: string): string => `${prefix}:{${key}}:departed`;
  /** Requests for the same photo at the same time share a look-up. */
  const lookups = createSingleFlight();
  return {
    add: (key) => void redis.client.set(nameOf(key), clock.now(), { px: KEPT_MS }).catch(() => undefined),
    remove: (key) => void redis.client.del(nameOf(key)).catch(() => undefined),
    async age(key) {
      if (!redis.isReady()) return undefined;
      const look = (): Promise<unknown> => redis.client.get(nameOf(key)).catch(() => undefined);
      const { value: sentAt } = await lookups.run(key, look);
      return typeof sentAt === 'number' ? Math.max(0, clock.now() - sentAt) : undefined;
    },
  };
}
