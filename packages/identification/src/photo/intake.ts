import type { Clock } from '@plantcommunity/resilience';
import { LRUCache } from 'lru-cache';
import { IdentificationError } from '../errors.ts';
import { confineDecoder, decodePhoto } from './decode.ts';
import { createDecodeQueue, type DecodeOwner, type DecodeQueueOptions } from './decode-queue.ts';
import type { InspectedPhoto } from './inspect-photo.ts';
import type { PreparedPhoto } from './photo.ts';
import { refusal } from './refusal.ts';

/** Both providers and the store want the same photo within one request, seldom in the same moment. */
const KEPT_MS = 60_000;
const KEPT_BYTES = 32 * 1024 * 1024;

export interface IntakeOptions extends DecodeQueueOptions {
  clock: Clock;
}

/** Turns photos that passed inspection into what leaves and is stored. */
export interface Intake {
  /**
   * One decode a photo and process, however many ask for it within a minute. `index` is the photo's place in the
   * upload, from 0, for the message.
   * @throws {PhotoError} `photo_undecodable`
   * @throws {IdentificationError} `busy`, with `retryAfterMs`; `overShare` when the owner's own photos use up its share
   */
  prepare(photo: InspectedPhoto, index: number, owner: DecodeOwner): Promise<PreparedPhoto>;
}

export function createIntake({ clock, ...queue }: IntakeOptions): Intake {
  confineDecoder();
  const decodes = createDecodeQueue<PreparedPhoto>(queue);
  const kept = new LRUCache<string, PreparedPhoto>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ jpeg }) => jpeg.length,
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
  });

  return {
    async prepare(photo, index, owner) {
      const known = kept.get(photo.hash);
      if (known !== undefined) return known;
      try {
        return await decodes.run(owner, photo.hash, async () => {
          const prepared = await decodePhoto(photo);
          kept.set(photo.hash, prepared);
          return prepared;
        });
      } catch (error) {
        if (error instanceof IdentificationError) throw error;
        // `index` is the place in this caller's upload, so the error is created here and not in the shared decode.
        throw refusal.unreadable(index, 'the file is damaged', error);
      }
    },
  };
}
