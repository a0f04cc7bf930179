import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, Prisma } from '@plantcommunity/db';
import { openTestDatabase, usesOneSession } from '@plantcommunity/db/testing';
import { type Clock, systemClock } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStore, type Store } from './store.ts';
import { anIdentification, aPhoto, savedBy, someOptions } from './testing/entries.ts';
import { afterWaiting } from './testing/test-store.ts';
import type { PhotoToSave, SavedIdentification } from './types.ts';

const [one, two, three] = [aPhoto('one'), aPhoto('two'), aPhoto('three')];

let database: Database;
let photoDir: string;
let store: Store;
let ann: string;
let bob: string;

beforeAll(async () => {
  database = await openTestDatabase({ poolSize: 8 });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.identification.deleteMany();
  await database.client.photo.deleteMany();
  await database.client.user.deleteMany();
  photoDir = await mkdtemp(join(tmpdir(), 'forget-'));
  store = storeAt(systemClock);
  [ann, bob] = await Promise.all([newUser(), newUser()]);
});
afterEach(() => rm(photoDir, { recursive: true }));

function storeAt(clock: Clock): Store {
  return createStore({ database, photos: { folder: photoDir }, clock, logger: createLogger({ level: 'silent' }) });
}

async function newUser(): Promise<string> {
  const id = randomUUID();
  await database.client.user.create({ data: { id, email: `${id}@example.org`, createdAt: new Date() } });
  return id;
}

/** Removes what was deleted, as the job does a minute later. */
async function removeDeleted(): Promise<number> {
  const later = new FakeClock(Date.now() + 60_000);
  return storeAt(later).removeDeleted(new AbortController().signal);
}

const entryOf = (ownerId: string, photos: readonly PhotoToSave[]) => ({
  ownerId,
  identification: anIdentification,
  photos,
  options: someOptions,
});
const save = (ownerId: string, photos: readonly PhotoToSave[]): Promise<SavedIdentification> =>
  savedBy(store, entryOf(ownerId, photos));

async function storedFiles(): Promise<string[]> {
  const entries = await readdir(photoDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== '.database-ids')
    .map(({ name }) => name.replace('.jpg', ''));
}

/** Checks that each photo has a file and an identification, and each file a photo. */
async function expectNoOrphans(): Promise<void> {
  const photos = await database.client.photo.findMany({ include: { _count: { select: { uses: true } } } });
  expect(photos.filter(({ _count, hash }) => _count.uses === 0 || hash === null)).toEqual([]);
  expect((await storedFiles()).toSorted()).toEqual(photos.map(({ id }) => id).toSorted());
}

describe('the deletion of an owner’s identifications', () => {
  it('leaves no identification, photo or file', async () => {
    await save(ann, [one, two]);
    await save(ann, [two, three]);
    await store.deleteByOwner(ann);
    expect(await store.history(ann, { limit: 10 })).toEqual({ items: [] });
    expect(await database.client.photo.count()).toBe(0);
    expect(await storedFiles()).toEqual([]);
  });

  it('keeps identifications of other owners and shared photos, until these are deleted, too', async () => {
    await save(ann, [one, two]);
    const { id } = await save(bob, [two]);
    await store.deleteByOwner(ann);
    expect(await store.find(bob, id)).toMatchObject({ photos: 1, photosState: 'kept' });
    expect((await store.photo(bob, id, 1))?.bytes.toString()).toBe('two');
    await expectNoOrphans();
    expect(await storedFiles()).toHaveLength(1);

    await store.deleteByOwner(bob);
    expect(await storedFiles()).toEqual([]);
  });

  it('succeeds without identifications, and when repeated', async () => {
    for (const owner of [ann, ann, 'unknown']) await expect(store.deleteByOwner(owner)).resolves.toBeUndefined();
  });

  it('deletes more photos than one batch', async () => {
    await save(
      ann,
      Array.from({ length: 205 }, (_, n) => aPhoto(`photo ${n}`)),
    );
    await store.deleteByOwner(ann);
    expect(await storedFiles()).toEqual([]);
    expect(await database.client.photo.count()).toBe(0);
  });
});

describe('the deletion of one identification', () => {
  it('hides it at once, removes it with its photos later, and leaves the owner’s others', async () => {
    const { id } = await save(ann, [one, two]);
    const other = await save(ann, [two]);
    expect(await store.delete(ann, id)).toBe(true);
    expect((await store.history(ann, { limit: 10 })).items.map((item) => item.id)).toEqual([other.id]);
    expect(await store.find(ann, id)).toBeUndefined();
    expect(await store.photo(ann, id, 1)).toBeUndefined();
    expect((await store.photo(ann, other.id, 1))?.bytes.toString()).toBe('two');
    expect(await storedFiles()).toHaveLength(2);
    expect(await removeDeleted()).toBe(1);
    await expectNoOrphans();
    expect(await storedFiles()).toHaveLength(1);
  });

  it('keeps a photo that another owner’s identification refers to, until that is deleted, too', async () => {
    const { id } = await save(ann, [one]);
    const bobs = await save(bob, [one]);
    await store.delete(ann, id);
    await removeDeleted();
    expect((await store.photo(bob, bobs.id, 1))?.bytes.toString()).toBe('one');
    await store.delete(bob, bobs.id);
    await removeDeleted();
    expect(await storedFiles()).toEqual([]);
    expect(await database.client.photo.count()).toBe(0);
  });

  it('does nothing for an unknown id, for a text that is no id, and for the id of another owner', async () => {
    const { id } = await save(ann, [one]);
    for (const [owner, which] of [
      [bob, id],
      [ann, '01JD8Z4Q0M3T5R7V9X1B2C4D6F'],
      [ann, 'no id'],
    ] as const) {
      expect(await store.delete(owner, which)).toBe(false);
    }
    expect(await store.find(ann, id)).toMatchObject({ photos: 1 });
  });

  it('succeeds once of several at the same time', async () => {
    const { id } = await save(ann, [one]);
    const deleted = await Promise.all(Array.from({ length: 4 }, () => store.delete(ann, id)));
    expect(deleted.filter(Boolean)).toHaveLength(1);
    expect(await store.delete(ann, id)).toBe(false);
  });

  it('removes its row though a file cannot be removed, which the next deletion of orphans removes', async () => {
    const { id } = await save(ann, [one]);
    const [name = ''] = await storedFiles();
    const path = join(photoDir, name.slice(0, 2), `${name}.jpg`);
    // Removing a folder as a file fails.
    await rm(path);
    await mkdir(path);
    await store.delete(ann, id);
    expect(await removeDeleted()).toBe(1);
    await rmdir(path);
    await writeFile(path, 'one');
    await store.deleteOrphanedPhotos(new AbortController().signal);
    await expectNoOrphans();
  });

  it('leaves no photos when they are added while it is removed', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await save(ann, [{ hash: one.hash }, { hash: two.hash }]);
      await store.delete(ann, id);
      await Promise.all([store.addPhotos(id, [one, two]), removeDeleted()]);
      expect(await database.client.photo.count()).toBe(0);
      expect(await storedFiles()).toEqual([]);
    }
  });
});

describe('the deletion of all identifications', () => {
  it('deletes those of the owner and the photos that no one else uses, and leaves what others left to the job', async () => {
    await save(bob, [three]);
    await database.client.identification.deleteMany();
    await save(ann, [one]);
    await save(ann, [one, two]);
    const bobs = await save(bob, [two]);
    await store.deleteAll(ann);
    await store.deleteAll(ann);
    expect(await removeDeleted()).toBe(2);
    expect(await store.history(ann, { limit: 10 })).toEqual({ items: [] });
    expect((await store.photo(bob, bobs.id, 1))?.bytes.toString()).toBe('two');
    const left = await database.client.photo.findMany({ select: { hash: true } });
    expect(new Set(left.map(({ hash }) => hash))).toEqual(new Set([two.hash, three.hash]));
    expect(await storedFiles()).toHaveLength(2);
  });

  it('succeeds though a file cannot be removed, which the job tries again', async () => {
    await save(ann, [one]);
    const [name = ''] = await storedFiles();
    const path = join(photoDir, name.slice(0, 2), `${name}.jpg`);
    // Removing a folder as a file fails.
    await rm(path);
    await mkdir(path);
    await store.deleteAll(ann);
    expect(await removeDeleted()).toBe(1);
    await rmdir(path);
    await store.deleteByOwner(bob);
    await expectNoOrphans();
  });
});

describe('the deletion of old identifications', () => {
  it('deletes those of all owners that were made before a time, in batches, and photos that none of the others shows', async () => {
    const clock = new FakeClock(Date.now() - 86_400_000);
    const before = storeAt(clock);
    for (let n = 0; n < 101; n++) await savedBy(before, entryOf(n % 2 ? ann : bob, n === 0 ? [one, two] : []));
    clock.advance(1_000);
    const { id } = await savedBy(before, entryOf(bob, [two]));
    expect(await store.deleteOlderThan(clock.now(), new AbortController().signal)).toBe(101);
    expect((await store.history(bob, { limit: 10 })).items).toMatchObject([{ id }]);
    expect((await store.photo(bob, id, 1))?.bytes.toString()).toBe('two');
    await expectNoOrphans();
    expect(await storedFiles()).toHaveLength(1);
  });
});

describe('a failed deletion', () => {
  it('is completed by the next one; until then the photo is hidden, and a new upload of it gets its own row', async () => {
    await save(ann, [one]);
    const [name = ''] = await storedFiles();
    const path = join(photoDir, name.slice(0, 2), `${name}.jpg`);
    // Removing a folder as a file fails.
    await rm(path);
    await mkdir(path);
    await expect(store.deleteByOwner(ann)).rejects.toThrow(/could not be removed/);
    expect(await store.history(ann, { limit: 10 })).toEqual({ items: [] });

    const { id } = await save(bob, [one]);
    expect((await store.photo(bob, id, 1))?.bytes.toString()).toBe('one');
    await expect(store.deleteByOwner(ann)).rejects.toThrow(/could not be removed/);

    await rmdir(path);
    await store.deleteByOwner(ann);
    await expectNoOrphans();
    expect((await store.photo(bob, id, 1))?.bytes.toString()).toBe('one');
  });

  it('leaves rows and files that the next deletion removes, wherever it was interrupted', async () => {
    // The process died after it deleted the identifications,
    await save(ann, [one]);
    await database.client.identification.deleteMany();
    // and after it deleted a file.
    await save(ann, [two]);
    await database.client.identification.deleteMany();
    const { id } = await database.client.photo.update({ where: { hash: two.hash }, data: { hash: null } });
    await rm(join(photoDir, id.slice(0, 2), `${id}.jpg`));

    await store.deleteByOwner(bob);
    expect(await database.client.photo.count()).toBe(0);
    expect(await storedFiles()).toEqual([]);
  });
});

describe('an identification that is saved during the deletion of its owner', () => {
  it.each([
    ['deleted', () => database.client.user.delete({ where: { id: ann } })],
    ['closed', () => database.client.user.update({ where: { id: ann }, data: { disabledAt: new Date() } })],
  ])('is not stored when the account is %s, nor are its photos', async (_what, end) => {
    await end();
    expect(await store.save(entryOf(ann, [one, two]))).toBeUndefined();
    expect(await store.save(entryOf(ann, [{ hash: one.hash }]))).toBeUndefined();
    expect(await database.client.identification.count()).toBe(0);
    expect(await database.client.photo.count()).toBe(0);
    expect(await storedFiles()).toEqual([]);
  });

  it('gets no photos after the deletion', async () => {
    const { id } = await save(ann, [{ hash: one.hash }]);
    await store.deleteByOwner(ann);
    await store.addPhotos(id, [one]);
    expect(await database.client.photo.count()).toBe(0);
    expect(await storedFiles()).toEqual([]);
  });

  it('leaves no photos when they are added at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const { id } = await save(ann, [{ hash: one.hash }, { hash: two.hash }]);
      await Promise.all([store.addPhotos(id, [one, two]), store.deleteByOwner(ann)]);
      expect(await database.client.photo.count()).toBe(0);
      expect(await storedFiles()).toEqual([]);
    }
  });
});

describe('a photo that another owner uploads during its deletion', () => {
  it('is stored for that owner, with its file', async () => {
    for (let round = 0; round < 20; round++) {
      await save(ann, [one, two, three]);
      const uploads = [[one], [three, two], [two, one], [{ hash: two.hash }]];
      const [saved] = await Promise.all([
        Promise.all(uploads.map((photos) => save(bob, photos))),
        store.deleteByOwner(ann),
        store.deleteByOwner(ann),
      ]);
      // A photo that was deleted in between is normalized once more, as in the identify flow.
      for (const { id, pendingPhotos } of saved) {
        if (pendingPhotos.length > 0) {
          await store.addPhotos(
            id,
            [one, two, three].filter(({ hash }) => pendingPhotos.includes(hash)),
          );
        }
      }
      for (const [n, { id }] of saved.entries()) {
        expect(await store.find(bob, id)).toMatchObject({ photosState: 'kept' });
        const text = (await store.photo(bob, id, 1))?.bytes.toString();
        expect(text).toBe(['one', 'three', 'two', 'two'][n]);
      }
      await expectNoOrphans();
      await store.deleteByOwner(bob);
    }
  });
});

describe('a save during an uncommitted deletion waits for it', () => {
  beforeEach(async (context) =>
    context.skip(await usesOneSession(database), 'PGlite has one session and no lock waits'),
  );

  it('and reports a deleted photo as pending', async () => {
    await save(ann, [one]);
    const [saved] = await afterWaiting(
      database,
      (transaction) => transaction.photo.updateMany({ data: { hash: null } }),
      () => save(bob, [{ hash: one.hash }]),
    );
    expect(saved).toMatchObject({ pendingPhotos: [one.hash] });
  });

  it.each([
    ['removed', (user: Prisma.TransactionClient['user']) => user.delete({ where: { id: ann } })],
    [
      'closed',
      (user: Prisma.TransactionClient['user']) =>
        user.update({ where: { id: ann }, data: { email: 'former@removed.invalid', disabledAt: new Date() } }),
    ],
  ])('and stores nothing for an owner whose account is %s', async (_what, end) => {
    const [saved] = await afterWaiting(
      database,
      ({ user }) => end(user),
      () => store.save(entryOf(ann, [one])),
    );
    expect(saved).toBeUndefined();
    expect(await database.client.identification.count()).toBe(0);
    await expectNoOrphans();
  });

  it('and stores no photos for a deleted identification', async () => {
    const { id } = await save(ann, [{ hash: one.hash }]);
    await afterWaiting(
      database,
      ({ identification }) => identification.delete({ where: { id } }),
      () => store.addPhotos(id, [one]),
    );
    expect(await database.client.photo.count()).toBe(0);
    expect(await storedFiles()).toEqual([]);
  });
});

describe('the deletion of orphaned photos', () => {
  const HOUR_MS = 3_600_000;

  /** Deletes orphans as a process does whose clock is `ms` ahead. */
  function deleteOrphans(ms: number, signal = new AbortController().signal) {
    const clock = new FakeClock(Date.now() + ms);
    return storeAt(clock).deleteOrphanedPhotos(signal);
  }

  /** Writes so many files that no photo has, and returns their names. */
  async function writeUnusedFiles(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    for (const id of ids) {
      await mkdir(join(photoDir, id.slice(0, 2)), { recursive: true });
      await writeFile(join(photoDir, id.slice(0, 2), `${id}.jpg`), 'without a row');
    }
    return ids.toSorted();
  }

  /** Reads the ids of the databases that the folder of the photos names. */
  const namedDatabases = async () => (await readFile(join(photoDir, '.database-ids'), 'utf8')).trim().split('\n');
  const ownId = async () => (await database.client.databaseIdentity.findFirstOrThrow()).id;

  it('names its database in a folder without photos, once', async () => {
    for (let run = 0; run < 2; run++) expect(await deleteOrphans(0)).toEqual({ deleted: 0, failed: 0 });
    expect(await namedDatabases()).toEqual([await ownId()]);
  });

  it('deletes nothing in a folder that names no database when most of its files have no row', async () => {
    const before = await writeUnusedFiles(1);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({
      deleted: 0,
      failed: 0,
      refused: { reason: 'many', unused: 1, files: 1 },
    });
    expect(await storedFiles()).toEqual(before);
    await save(ann, [one, two]);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 1, failed: 0 });
    expect(await namedDatabases()).toEqual([await ownId()]);
  });

  it('deletes nothing in the folder of another database, and names its own, so that both keep their files', async () => {
    const other = randomUUID();
    await writeFile(join(photoDir, '.database-ids'), `${other}\n`);
    await save(bob, [two]);
    await database.client.identification.deleteMany();
    await writeUnusedFiles(1);
    const before = (await storedFiles()).toSorted();
    expect(await deleteOrphans(2 * HOUR_MS)).toMatchObject({ deleted: 0, refused: { reason: 'databases' } });
    expect((await storedFiles()).toSorted()).toEqual(before);
    expect(await namedDatabases()).toEqual([other, await ownId()]);

    await writeFile(join(photoDir, '.database-ids'), `${await ownId()}\n`);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 2, failed: 0 });
  });

  it('deletes nothing when more than a hundred files and a tenth of all have no row', async () => {
    await save(ann, [one]);
    await save(bob, [two]);
    await database.client.identification.deleteMany({ where: { ownerId: bob } });
    await writeUnusedFiles(101);
    const before = (await storedFiles()).toSorted();
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({
      deleted: 0,
      failed: 0,
      refused: { reason: 'many', unused: 101, files: 103 },
    });
    expect((await storedFiles()).toSorted()).toEqual(before);
    expect(await database.client.photo.count()).toBe(2);
  });

  it('deletes a hundred files without a row, and more when they are at most a tenth of all', async () => {
    await deleteOrphans(0);
    await writeUnusedFiles(100);
    await save(ann, [one]);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 100, failed: 0 });

    const used = await writeUnusedFiles(990);
    await database.client.photo.createMany({
      data: used.map((id) => ({ id, hash: id, width: 1, height: 1, bytes: 13, createdAt: new Date() })),
    });
    await writeUnusedFiles(110);
    // Also those photos have no identification.
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 1_100, failed: 0 });
  });

  it('deletes photos that nothing refers to, and old files without a row, but no other files', async () => {
    const { id } = await save(ann, [one]);
    await save(bob, [two]);
    await database.client.identification.deleteMany({ where: { ownerId: bob } });
    const unused = randomUUID();
    await mkdir(join(photoDir, unused.slice(0, 2)), { recursive: true });
    await writeFile(join(photoDir, unused.slice(0, 2), `${unused}.jpg`), 'without a row');
    await mkdir(join(photoDir, 'notes'));
    await writeFile(join(photoDir, 'notes', 'readme.txt'), 'not ours');
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 2, failed: 0 });
    expect((await store.photo(ann, id, 1))?.bytes.toString()).toBe('one');
    expect((await storedFiles()).toSorted()).toEqual([
      (await database.client.photo.findFirstOrThrow()).id,
      'readme.txt',
    ]);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 0, failed: 0 });
  });

  it('keeps a file without a row for an hour, because an upload writes its file first', async () => {
    const uploading = randomUUID();
    await mkdir(join(photoDir, uploading.slice(0, 2)));
    await writeFile(join(photoDir, uploading.slice(0, 2), `${uploading}.jpg`), 'its row follows');
    expect(await deleteOrphans(HOUR_MS / 2)).toEqual({ deleted: 0, failed: 0 });
    expect(await storedFiles()).toEqual([uploading]);
  });

  it('counts what it could not delete, and goes on with the others', async () => {
    await save(ann, [one, two]);
    const [stuck = ''] = await storedFiles();
    const path = join(photoDir, stuck.slice(0, 2), `${stuck}.jpg`);
    await database.client.identification.deleteMany();
    // Removing a folder as a file fails.
    await rm(path);
    await mkdir(path);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 1, failed: 1 });
    await rmdir(path);
    expect(await deleteOrphans(2 * HOUR_MS)).toEqual({ deleted: 1, failed: 0 });
    await expectNoOrphans();
  });

  it('deletes nothing when its signal has aborted', async () => {
    await save(ann, [one]);
    await database.client.identification.deleteMany();
    await expect(deleteOrphans(2 * HOUR_MS, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await storedFiles()).toHaveLength(1);
  });
});
