import { type Clock, createSingleFlight } from '@plantcommunity/resilience';
import { LRUCache } from 'lru-cache';
import { IdentificationError } from '../errors.ts';
import { confineDecoder, decodePhoto } from './decode.ts';
import { createDecodeQueue } from './decode-queue.ts';
import type { InspectedPhoto } from './inspect-photo.ts';
import type { PreparedPhoto } from './photo.ts';
import { refusal } from './refusal.ts';

/** Both providers and the store want the same photo within one request, seldom in the same moment. */
const KEPT_MS = 60_000;
const KEPT_BYTES = 32 * 1024 * 1024;

export interface IntakeOptions {
  /** Decodes at once in this process; two suit two cores, and leave libuv threads for everybody else. */
  concurrency: number;
  /** How many may wait for one; a caller beyond that is told to come back. */
  queue: number;
  clock: Clock;
}

/** Turns photos that passed inspection into what leaves and is stored. */
export interface Intake {
  /**
   * One decode a photo and process, however many ask for it within a minute. `index` is the photo's place in the
   * upload, from 0, for the message.
   * @throws {PhotoError} `photo_undecodable`
   * @throws {IdentificationError} `busy`, with `retryAfterMs`
   */
  prepare(photo: InspectedPhoto, index: number): Promise<PreparedPhoto>;
}

export function createIntake({ concurrency, queue, clock }: IntakeOptions): Intake {
  confineDecoder();
  const decodes = createDecodeQueue({ concurrency, queue });
  const flights = createSingleFlight();
  const kept = new LRUCache<string, PreparedPhoto>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ jpeg }) => jpeg.length,
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
  });

  return {
    async prepare(photo, index) {
      const known = kept.get(photo.hash);
      if (known !== undefined) return known;
      try {
        const { value } = await flights.run(photo.hash, async () => {
          const prepared = await decodes.run(() => decodePhoto(photo));
          kept.set(photo.hash, prepared);
          return prepared;
        });
        return value;
      } catch (error) {
        if (error instanceof IdentificationError) throw error;
        // The place belongs to this caller's upload, so the error is made here and not in the shared flight.
        throw refusal.unreadable(index, 'the file is damaged', error);
      }
    },
  };
}
