import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { Clock, Lifetime, SingleFlight } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { DecodeOwner } from '../photos/decode-queue.ts';
import type { InspectedPhoto } from '../photos/inspect.ts';
import { createRetryingNormalizer, type PhotoNormalizer } from '../photos/normalize.ts';
import type { NormalizedPhoto } from '../photos/types.ts';
import type { Store } from '../store/store.ts';
import type { ProviderCopy } from '../store/types.ts';
import type { Identification, IdentifyOptions } from '../types.ts';
import { copyKeptUntil } from './copy-recorder.ts';
import type { ProviderPipeline } from './questions.ts';

export interface SaveInput {
  ownerId: string;
  /** Owner of the decodes. */
  owner: Omit<DecodeOwner, 'background'>;
  identification: Omit<Identification, 'id'>;
  options: IdentifyOptions;
  photos: readonly InspectedPhoto[];
  /** In the order of `photos`; undefined when no photo had to be decoded, or none could be yet. */
  normalized: readonly NormalizedPhoto[] | undefined;
  /** Tokens of what the providers keep of their answers. */
  copies: readonly Pick<ProviderCopy, 'provider' | 'token'>[];
}

/** Result of saving: the `id` of the stored identification, or `filed: false`. */
type SaveResult = Pick<Identification, 'filed' | 'id'>;

/**
 * Creates the function that stores an identification before it is answered, so that an id in an answer is never lost.
 * Photos that are not stored yet are normalized and stored in the background afterwards, also those that their store did
 * not take in time; the row says so until then.
 */
export function createSaver(parts: {
  pipelines: readonly Pick<ProviderPipeline, 'client'>[];
  /** Of cached answers. */
  lifetime: Lifetime;
  normalizer: PhotoNormalizer;
  store: Store;
  /** Runs the storing of photos, by the identification's id; a process that shuts down waits for it. */
  background: SingleFlight;
  readonly isDatabaseUp: () => boolean;
  clock: Clock;
  logger: Logger;
}) {
  const { background, clock, isDatabaseUp, lifetime, pipelines, store, logger } = parts;
  const normalizer = createRetryingNormalizer({ normalizer: parts.normalizer, clock });

  async function storePhotosLater(
    id: string,
    { normalized, owner, photos }: SaveInput,
    pending: readonly string[],
  ): Promise<void> {
    const missing = photos.flatMap((photo, index) => (pending.includes(photo.hash) ? [{ photo, index }] : []));
    const inBackground = { ...owner, background: true };
    const results = await Promise.allSettled(
      missing.map(async ({ photo, index }) => ({
        hash: photo.hash,
        // Present when their store did not take them in time.
        normalized: normalized?.[index] ?? (await normalizer.normalize(photo, index, inBackground)),
      })),
    );
    for (const result of results) {
      if (result.status === 'rejected')
        logger.warn({ id, err: result.reason as unknown }, '[UPLOAD] A photo could not be stored');
    }
    await store.addPhotos(
      id,
      results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    );
  }

  /** Returns what the providers keep, with the time until which a cached answer may refer to it. */
  function copiesOf({ copies }: SaveInput): ProviderCopy[] {
    const keptUntil = copyKeptUntil(clock, lifetime);
    return copies.flatMap((copy) => {
      const asked = pipelines.find(({ client }) => client.name === copy.provider);
      return asked === undefined ? [] : [{ ...copy, origin: asked.client.origin, keptUntil }];
    });
  }

  /** Stores an identification. @returns no id when the owner's account was closed meanwhile */
  async function save(input: SaveInput): Promise<SaveResult> {
    const { ownerId, identification, options, photos, normalized } = input;
    const entries = photos.map(({ hash }, index) => {
      const ready = normalized?.[index];
      return ready === undefined ? { hash } : { hash, normalized: ready };
    });
    const saved = await store.save({ ownerId, identification, options, photos: entries, copies: copiesOf(input) });
    if (saved === undefined) return {};
    const { id, pendingPhotos } = saved;
    if (pendingPhotos.length > 0) {
      background
        .run(id, () => storePhotosLater(id, input, pendingPhotos))
        .catch((error: unknown) => {
          logger.error({ id, err: error }, '[UPLOAD] The photos of an identification could not be stored');
        });
    }
    return { id };
  }

  /** Saves an identification. Never throws: the answer is given and cached even when it cannot be saved. */
  return async (input: SaveInput): Promise<SaveResult> => {
    if (!isDatabaseUp()) return { filed: false };
    try {
      return await save(input);
    } catch (error) {
      // The health gate logs once that the database is unavailable.
      if (!isDatabaseUnavailable(error))
        logger.error({ err: error }, 'An identification could not be saved to the history');
      return { filed: false };
    }
  };
}
