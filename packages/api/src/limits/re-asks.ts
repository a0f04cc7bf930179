import { createHash } from 'node:crypto';
import type { IdentifyOptions, UploadedPhoto } from '@plantcommunity/identification';
import type { RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';

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
  /** Remembers a partial answer to what was asked `agoMs` ago, which is when it may have been paid for. Never throws. */
  expect(caller: string, asked: Asked, agoMs: number): Promise<void>;
  /** Whether this is the one free call after a partial answer. Never throws. */
  claim(caller: string, asked: Asked): Promise<boolean>;
}

export function createReAsks({
  freeMs,
  redis,
  logger,
}: {
  /** How long after it was asked a question may be asked again for free. */
  freeMs: number;
  redis: RedisConnection;
  logger: Logger;
}): ReAsks {
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
    async expect(caller, asked, agoMs) {
      const px = Math.floor(freeMs - agoMs);
      if (px > 0) await attempt(() => redis.client.set(keyOf(caller, asked), 1, { px }));
    },
    async claim(caller, asked) {
      return (await attempt(() => redis.client.del(keyOf(caller, asked)))) === 1;
    },
  };
}

function keyOf(caller: string, { options, photos }: Asked): string {
  const question = JSON.stringify([photos.map(({ hash }) => hash), options]);
  return `reask:identify:${caller}:${createHash('sha256').update(question).digest('hex')}`;
}
