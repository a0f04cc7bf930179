import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Identification } from '../types.ts';
import { questionHash } from './questions.ts';
import type { IdentifyRequest, IdentifyResult } from './service.ts';

/** The part of a request that decides whether another one repeats it. */
type Question = Pick<IdentifyRequest, 'ownerId' | 'options'> & {
  readonly photos: readonly { readonly hash: string }[];
};

/**
 * After a partial answer, repeating the question for the missing provider is free once: for the same caller, photos in
 * order, and options. With other options it is another question: both providers are asked, and one is paid.
 * All anonymous callers count as one. While Redis is unavailable no repetition is free.
 */
export interface FreeRetries {
  /** Grants one free repetition of a question that was asked, and perhaps paid for, `agoMs` ago. Never throws. */
  grant(question: Question, agoMs: number): Promise<void>;
  /** Uses up the free repetition of the question; false when there is none. Never throws. */
  redeem(question: Question): Promise<boolean>;
}

export function createFreeRetries({
  validMs,
  redis,
  logger,
}: {
  /** How long after a question its repetition is free. */
  validMs: number;
  redis: RedisConnection;
  logger: Logger;
}): FreeRetries {
  async function attempt<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (!redis.isReady()) return undefined;
    try {
      return await command();
    } catch (error) {
      logger.warn({ err: error }, '[RATELIMIT] Could not grant or redeem a free retry');
      return undefined;
    }
  }

  return {
    async grant(question, agoMs) {
      const px = Math.floor(validMs - agoMs);
      if (px > 0) await attempt(() => redis.client.set(keyOf(question), 1, { px }));
    },
    async redeem(question) {
      return (await attempt(() => redis.client.del(keyOf(question)))) === 1;
    },
  };
}

/** Adds to each answer whether its request is billable. */
export function withFreeRetries(
  identify: (request: IdentifyRequest) => Promise<Identification>,
  { clock, freeRetries }: { clock: Clock; freeRetries: FreeRetries },
): (request: IdentifyRequest) => Promise<IdentifyResult> {
  return async (request) => {
    const askedAt = clock.monotonic();
    const identification = await identify(request);
    // A cached answer called no provider: it needs no free retry and leaves a granted one unused.
    const isFree = !identification.cached && (await freeRetries.redeem(request));
    if (identification.partial) await freeRetries.grant(request, clock.monotonic() - askedAt);
    return { identification, billable: !isFree };
  };
}

function keyOf({ ownerId, ...asked }: Question): string {
  const caller = ownerId === undefined ? 'anonymous' : `user:${ownerId}`;
  return `reask:identify:${caller}:${questionHash(asked)}`;
}
