import { SHARE_WITHOUT_REDIS } from '@plantcommunity/identification';
import type { RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';

/** Returns a tenth of a limit, at least 1. */
export function tenthOf(count: number): number {
  return Math.max(1, Math.floor(count * SHARE_WITHOUT_REDIS));
}

/** Runs `shared` while Redis is available, and `local` otherwise or when `shared` fails. */
export type WithFallback = <T>(shared: () => Promise<T>, local: () => T | Promise<T>) => Promise<T>;

/** Logs `lost` once when Redis becomes unavailable and `back` once when it is available again. */
export function createRedisFallback(options: {
  redis: Pick<RedisConnection, 'isReady'>;
  logger: Logger;
  lost: string;
  back: string;
}): WithFallback {
  const { back, logger, lost, redis } = options;
  let degraded = false;

  function setDegraded(now: boolean, reason?: unknown): void {
    if (now === degraded) return;
    degraded = now;
    if (now) logger.warn({ err: reason }, lost);
    else logger.info(back);
  }

  return async (shared, local) => {
    if (redis.isReady()) {
      try {
        const answer = await shared();
        setDegraded(false);
        return answer;
      } catch (error) {
        setDegraded(true, error);
      }
    } else setDegraded(true);
    return local();
  };
}
