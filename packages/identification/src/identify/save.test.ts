import { createSingleFlight } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { expect, it, vi } from 'vitest';
import type { InspectedPhoto } from '../photos/inspect.ts';
import type { PhotoNormalizer } from '../photos/normalize.ts';
import type { Store } from '../store/store.ts';
import { anIdentification, aPhoto, someOptions } from '../store/testing/entries.ts';
import { createSaver } from './save.ts';

it('a photo that its store did not take in time is stored later, and not decoded again', async () => {
  const { hash, normalized } = aPhoto('one');
  const added = Promise.withResolvers<unknown>();
  const normalize = vi.fn<PhotoNormalizer['normalize']>();
  const save = createSaver({
    pipelines: [],
    lifetime: { ttlMs: 1_000 },
    normalizer: { normalize },
    store: {
      save: async () => ({ id: 'the id', pendingPhotos: [hash] }),
      addPhotos: async (_id: string, photos: unknown) => added.resolve(photos),
    } as Partial<Store> as Store,
    background: createSingleFlight(),
    isDatabaseUp: () => true,
    clock: new FakeClock(),
    logger: createLogger({ level: 'silent' }),
  });
  const answer = await save({
    ownerId: 'ann',
    owner: { subject: 'ann' },
    identification: anIdentification,
    options: someOptions,
    photos: [{ hash } as InspectedPhoto],
    normalized: [normalized],
    copies: [],
  });
  expect(answer).toEqual({ id: 'the id' });
  expect(await added.promise).toEqual([{ hash, normalized }]);
  expect(normalize).not.toHaveBeenCalled();
});
