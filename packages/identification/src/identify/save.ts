import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { Clock, SingleFlight } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Identification } from '../identification.ts';
import type { DecodeOwner } from '../photos/decode-queue.ts';
import type { InspectedPhoto } from '../photos/inspect.ts';
import { createRetryingNormalizer, type PhotoNormalizer } from '../photos/normalize.ts';
import type { NormalizedPhoto } from '../photos/types.ts';
import type { Store } from '../store/store.ts';
import type { IdentifyOptions } from '../types.ts';

export interface SaveInput {
  ownerId: string;
  /** Owner of the decodes. */
  owner: Omit<DecodeOwner, 'background'>;
  identification: Omit<Identification, 'id'>;
  options: IdentifyOptions;
  photos: readonly InspectedPhoto[];
  /** In the order of `photos`; absent when nothing had to be decoded, or could not be yet. */
  prepared: readonly NormalizedPhoto[] | undefined;
}

/** Result of saving: the `id` of the stored identification, or `filed: false`. */
type SaveResult = Pick<Identification, 'filed' | 'id'>;

/**
 * Stores an identification before it is answered, so that an id once told is never lost. Photos that nobody has kept
 * yet are prepared in the background after it; the row says so until then.
 */
export function createSaver(parts: {
  intake: PhotoNormalizer;
  store: Store;
  /** Runs the storing of photos, by the identification's id; a process that shuts down waits for it. */
  background: SingleFlight;
  readonly isDatabaseUp: () => boolean;
  clock: Clock;
  logger: Logger;
}) {
  const { background, isDatabaseUp, store, logger } = parts;
  const intake = createRetryingNormalizer({ normalizer: parts.intake, clock: parts.clock });
  async function keepLater(id: string, { owner, photos }: SaveInput, pending: readonly string[]): Promise<void> {
    const kept = photos.flatMap((photo, index) => (pending.includes(photo.hash) ? [{ photo, index }] : []));
    const inBackground = { ...owner, background: true };
    const prepared = await Promise.allSettled(
      kept.map(async ({ photo, index }) => ({
        hash: photo.hash,
        normalized: await intake.normalize(photo, index, inBackground),
      })),
    );
    for (const result of prepared) {
      if (result.status === 'rejected')
        logger.warn({ id, err: result.reason as unknown }, '[UPLOAD] A photo could not be kept');
    }
    await store.addPhotos(
      id,
      prepared.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    );
  }

  /** Stores an identification. @returns no id when the owner's account was closed meanwhile */
  async function save(keepsake: SaveInput): Promise<SaveResult> {
    const { ownerId, identification, options, photos, prepared } = keepsake;
    const entries = photos.map(({ hash }, index) => {
      const ready = prepared?.[index];
      return ready === undefined ? { hash } : { hash, normalized: ready };
    });
    const saved = await store.save({ ownerId, identification, options, photos: entries });
    if (saved === undefined) return {};
    const { id, pendingPhotos } = saved;
    if (pendingPhotos.length > 0) {
      background
        .run(id, () => keepLater(id, keepsake, pendingPhotos))
        .catch((error: unknown) => {
          logger.error({ id, err: error }, '[UPLOAD] The photos of an identification could not be kept');
        });
    }
    return { id };
  }

  /** Saves an identification. Never throws: the answer is given and cached even when it cannot be saved. */
  return async (keepsake: SaveInput): Promise<SaveResult> => {
    if (!isDatabaseUp()) return { filed: false };
    try {
      return await save(keepsake);
    } catch (error) {
      // The health gate logs once that the database is unavailable.
      if (!isDatabaseUnavailable(error))
        logger.error({ err: error }, 'An identification could not be saved to the history');
      return { filed: false };
    }
  };
}
