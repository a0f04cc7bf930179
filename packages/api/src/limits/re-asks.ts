import { createHash } from 'node:crypto';
import type { UploadedPhoto } from '@plantcommunity/identification';
import type { RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';

/** How long after a partial answer asking again is free. */
const FREE_MS = 3_600_000;

/**
 * Asking again after a partial answer, for the provider that was missing, is not counted: same caller, same photos.
 * While Redis is away everything is counted.
 */
export interface ReAsks {
  /** Remembers a partial answer. Never throws. */
  expect(caller: string, photos: readonly UploadedPhoto[]): Promise<void>;
  /** Whether this is the one free call after a partial answer. Never throws. */
  claim(caller: string, photos: readonly UploadedPhoto[]): Promise<boolean>;
}

export function createReAsks({ redis, logger }: { redis: RedisConnection; logger: Logger }): ReAsks {
  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!redis.isReady()) return undefined;
    try {
      return await work();
    } catch (error) {
      logger.warn({ err: error }, '[RATELIMIT] A partial answer could not be kept in mind');
      return undefined;
    }
  }

  return {
    async expect(caller, photos) {
      await attempt(() => redis.redis.set(keyOf(caller, photos), 1, { px: FREE_MS }));
    },
    async claim(caller, photos) {
      return (await attempt(() => redis.redis.del(keyOf(caller, photos)))) === 1;
    },
  };
}

function keyOf(caller: string, photos: readonly UploadedPhoto[]): string {
  const hash = createHash('sha256');
  for (const photo of photos) hash.update(photo.hash);
  return `reask:identify:${caller}:${hash.digest('hex')}`;
}
