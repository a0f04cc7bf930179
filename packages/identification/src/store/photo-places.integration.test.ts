import { randomUUID } from 'node:crypto';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PhotoStoreUnavailableError } from '../errors.ts';
import type { PhotoFiles } from './photo-files.ts';
import { createStore, openPhotoFiles, type Store } from './store.ts';
import { anIdentification, aPhoto, savedBy, someOptions } from './testing/entries.ts';
import { openHangingPlace, photoPlaces, type TestPlace, unreachablePlace } from './testing/photo-places.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe.each(photoPlaces)('a store of photos in $kind', ({ open }) => {
  let opened: TestPlace;
  let files: PhotoFiles;
  let ann: string;
  let bob: string;
  beforeEach(async () => {
    opened = await open();
    files = openPhotoFiles(opened.place);
    const { identification, photo, user } = database.client;
    await identification.deleteMany();
    await photo.deleteMany();
    await user.deleteMany();
    [ann, bob] = [randomUUID(), randomUUID()];
    const createdAt = new Date();
    await user.createMany({ data: [ann, bob].map((id) => ({ id, email: `${id}@example.org`, createdAt })) });
  });
  afterEach(() => opened.close());

  /** A store of a process that has just started, two hours from now: the files are no uploads in progress any more. */
  function newStore(): Store {
    const clock = new FakeClock(Date.now() + 2 * 3_600_000);
    return createStore({ database, photos: opened.place, clock, logger: createLogger({ level: 'silent' }) });
  }

  const save = (ownerId: string, ...texts: string[]) =>
    savedBy(newStore(), {
      ownerId,
      identification: anIdentification,
      photos: texts.map((text) => aPhoto(text)),
      options: someOptions,
    });

  async function fileIds(): Promise<string[]> {
    const ids: string[] = [];
    for await (const page of files.list()) ids.push(...page.map(({ id }) => id));
    return ids.toSorted();
  }

  /** Deletes an identification, and removes it as a later run of the job does. */
  async function remove(ownerId: string, id: string): Promise<void> {
    const early = createStore({
      database,
      photos: opened.place,
      clock: new FakeClock(Date.now()),
      logger: createLogger({ level: 'silent' }),
    });
    expect(await early.delete(ownerId, id)).toBe(true);
    await newStore().removeDeleted(new AbortController().signal);
  }

  const sweep = () => newStore().deleteOrphanedPhotos(new AbortController().signal);
  const ownId = async () => (await database.client.databaseIdentity.findFirstOrThrow()).id;

  it('keeps a photo once for all owners, gives it to each of them alone, and removes it with the last', async () => {
    const anns = await save(ann, 'one', 'two');
    const bobs = await save(bob, 'one');
    expect(await fileIds()).toHaveLength(2);
    const store = newStore();
    const read = async (owner: string, id: string) => (await store.photo(owner, id, 1))?.bytes.toString();
    expect(await Promise.all([read(ann, anns.id), read(bob, anns.id), read(bob, bobs.id)])).toEqual([
      'one',
      undefined,
      'one',
    ]);
    await remove(ann, anns.id);
    expect({ bobs: await read(bob, bobs.id), files: await fileIds() }).toMatchObject({
      bobs: 'one',
      files: [expect.anything()],
    });
    await store.deleteByOwner(bob);
    expect(await fileIds()).toEqual([]);
  });

  it('gives the photos of an export, but for those that are deleted while it is read', async () => {
    await save(ann, 'one', 'two');
    const deleted = await save(ann, 'three');
    const store = newStore();
    const texts: (string | undefined)[] = [];
    for await (const { identification, photoNumbers } of store.exportHistory(ann)) {
      if (texts.length === 0) await store.delete(ann, deleted.id);
      for (const n of photoNumbers) {
        texts.push((await store.photo(ann, identification.id, n))?.bytes.toString());
      }
    }
    expect(texts).toEqual([undefined, 'one', 'two']);
  });

  it('is swept of files without a row and of rows without a file', async () => {
    await save(ann, 'kept');
    await sweep();
    const kept = await fileIds();
    await files.write(randomUUID(), Buffer.from('without a row'));
    const gone = await save(bob, 'gone');
    await files.remove([(await database.client.photo.findFirstOrThrow({ where: { id: { notIn: kept } } })).id]);
    await database.client.identification.delete({ where: { id: gone.id } });
    expect(await sweep()).toEqual({ deleted: 2, failed: 0 });
    expect(await fileIds()).toEqual(kept);
    expect(await database.client.photo.count()).toBe(1);
  });

  it.each([
    ['that ran elsewhere', 'the server of the original'],
    ['whose dump is older than its first start', null],
  ])('loses no file to a copy of its database %s, neither by the sweep nor by a user', async (_which, place) => {
    const { id } = await save(ann, 'one');
    await sweep();
    const original = await ownId();
    // The original goes on and stores a photo that the copy does not know.
    await files.write(randomUUID(), Buffer.from('of the original'));
    await database.client.databaseIdentity.updateMany({ data: { place } });

    await remove(ann, id);
    expect(await sweep()).toMatchObject({ deleted: 0, refused: { reason: 'databases' } });
    expect(await fileIds()).toHaveLength(2);
    expect((await files.databases()).toSorted()).toEqual([original, await ownId()].toSorted());
  });

  it('of an older release loses no file before the sweep has found whose its files are', async () => {
    await files.write(randomUUID(), Buffer.from('of the older release'));
    const { id } = await save(ann, 'one');
    await save(ann, 'two');
    await remove(ann, id);
    expect(await fileIds()).toHaveLength(3);
    expect(await sweep()).toEqual({ deleted: 2, failed: 0 });
    const { items } = await newStore().history(ann, { limit: 1 });
    await remove(ann, items[0]?.id ?? '');
    expect(await fileIds()).toEqual([]);
  });

  it('deletes identifications while it is away, and their files once it is back', async () => {
    const anns = await save(ann, 'one');
    const bobs = await save(bob, 'two');
    const clock = new FakeClock(Date.now());
    const store = createStore({
      database,
      photos: unreachablePlace,
      clock,
      logger: createLogger({ level: 'silent' }),
    });
    expect(await store.delete(ann, anns.id)).toBe(true);
    clock.advance(60_000);
    expect(await store.removeDeleted(new AbortController().signal)).toBe(1);
    await store.deleteByOwner(bob);
    expect(await newStore().find(bob, bobs.id)).toBeUndefined();
    expect(await fileIds()).toHaveLength(2);
    expect(await sweep()).toEqual({ deleted: 2, failed: 0 });
    expect(await fileIds()).toEqual([]);
  });

  it('saves and deletes identifications in seconds while it hangs, and takes their photos once it answers', async () => {
    const clock = new FakeClock(Date.now());
    // Each request waits for three seconds.
    const hanging = await openHangingPlace(() => clock.advance(3_000));
    const started = clock.monotonic();
    try {
      const store = createStore({
        database,
        photos: hanging.place,
        clock,
        logger: createLogger({ level: 'silent' }),
      });
      const photos = [aPhoto('one')];
      const entry = { ownerId: ann, identification: anIdentification, photos, options: someOptions };
      const saved = await savedBy(store, entry);
      expect(saved.pendingPhotos).toEqual(photos.map(({ hash }) => hash));
      expect(await store.find(ann, saved.id)).toMatchObject({ photos: 0, photosState: 'pending' });
      await newStore().addPhotos(saved.id, photos);
      expect(await newStore().find(ann, saved.id)).toMatchObject({ photos: 1, photosState: 'kept' });
      await expect(store.photo(ann, saved.id, 1)).rejects.toThrow(PhotoStoreUnavailableError);
      expect(await store.delete(ann, saved.id)).toBe(true);
      // The write, the removal of what it may have left, and the reading.
      expect(clock.monotonic() - started).toBeLessThanOrEqual(9_000);
      clock.advance(60_000);
      expect(await store.removeDeleted(new AbortController().signal)).toBe(1);
    } finally {
      await hanging.close();
    }
    expect(await sweep()).toEqual({ deleted: 1, failed: 0 });
  });
});
