import type { RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';

/** What one process lets through while Redis is away. */
const SHARE_WITHOUT_REDIS = 0.1;

/** A tenth of a limit, at least 1. */
export function tenthOf(count: number): number {
  return Math.max(1, Math.floor(count * SHARE_WITHOUT_REDIS));
}

/** Counts with `together` while Redis answers, else with `alone`. */
export type WithFallback = <T>(together: () => Promise<T>, alone: () => T | Promise<T>) => Promise<T>;

/** Logs `lost` once when Redis goes and `back` once when it is there again. */
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

  return async (together, alone) => {
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
  };
}
