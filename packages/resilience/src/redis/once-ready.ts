import type { RedisConnection } from './redis-connection.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';

/**
 * Puts something right in Redis as soon as it answers, however long that takes, and once more when it goes away
 * meanwhile. It is nobody's to wait for, so what else goes wrong is not told.
 * @param work safe to repeat
 */
export function onceReady(redis: RedisConnection, work: () => Promise<unknown>): void {
  if (redis.isReady()) {
    work().catch((error: unknown) => {
      if (error instanceof RedisUnavailableError) onceReady(redis, work);
    });
    return;
  }
  const unsubscribe = redis.subscribe(({ type }) => {
    if (type !== 'ready') return;
    unsubscribe();
    onceReady(redis, work);
  });
}
