import { createHash } from 'node:crypto';
import type { IdentifyOptions, UploadedPhoto } from '@plantcommunity/identification';
import type { RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';

/** How long after a partial answer asking again is free. */
const FREE_MS = 3_600_000;

/** What a caller wants to know. */
export interface Asked {
  photos: readonly UploadedPhoto[];
  options: IdentifyOptions;
}

/**
 * Asking the same again after a partial answer, for the provider that was missing, is not counted: same caller, photos
 * and options. With other options it is another question, which both providers are asked and one is paid for.
 * While Redis is away everything is counted.
 */
export interface ReAsks {
  /** Remembers a partial answer. Never throws. */
  expect(caller: string, asked: Asked): Promise<void>;
  /** Whether this is the one free call after a partial answer. Never throws. */
  claim(caller: string, asked: Asked): Promise<boolean>;
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
    async expect(caller, asked) {
      await attempt(() => redis.redis.set(keyOf(caller, asked), 1, { px: FREE_MS }));
    },
    async claim(caller, asked) {
      return (await attempt(() => redis.redis.del(keyOf(caller, asked)))) === 1;
    },
  };
}

function keyOf(caller: string, { options, photos }: Asked): string {
  const question = JSON.stringify([photos.map(({ hash }) => hash), options]);
  return `reask:identify:${caller}:${createHash('sha256').update(question).digest('hex')}`;
}
