import type { Clock } from '@plantcommunity/resilience';
import { LRUCache } from 'lru-cache';
import { IdentificationError } from '../errors.ts';
import { confineDecoder, decodePhoto } from './decode.ts';
import { createDecodeQueue, type DecodeOwner, type DecodeQueueOptions } from './decode-queue.ts';
import type { InspectedPhoto } from './inspect.ts';
import { photoErrors } from './messages.ts';
import type { NormalizedPhoto } from './types.ts';

/** Both providers and the store want the same photo within one request, seldom in the same moment. */
const KEPT_MS = 60_000;
const KEPT_BYTES = 32 * 1024 * 1024;

export interface PhotoNormalizerOptions extends DecodeQueueOptions {
  clock: Clock;
}

/** Turns photos that passed inspection into what leaves and is stored. */
export interface PhotoNormalizer {
  /**
   * One decode a photo and process, however many ask for it within a minute. `index` is the photo's place in the
   * upload, from 0, for the message.
   * @throws {PhotoError} `photo_undecodable`
   * @throws {IdentificationError} `busy`, with `retryAfterMs`; `overShare` when the owner's own photos use up its share
   */
  normalize(photo: InspectedPhoto, index: number, owner: DecodeOwner): Promise<NormalizedPhoto>;
}

export function createPhotoNormalizer({ clock, ...queue }: PhotoNormalizerOptions): PhotoNormalizer {
  confineDecoder();
  const decodes = createDecodeQueue<NormalizedPhoto>(queue);
  const kept = new LRUCache<string, NormalizedPhoto>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ jpeg }) => jpeg.length,
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
  });

  return {
    async normalize(photo, index, owner) {
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
        throw photoErrors.unreadable(index, 'the file is damaged', error);
      }
    },
  };
}
