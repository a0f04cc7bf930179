import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStore, type Store } from './store.ts';
import { anIdentification, aPhoto, notAPlant, savedBy, someOptions } from './testing/entries.ts';
import type { PhotoToSave } from './types.ts';

const start = Date.UTC(2026, 4, 1, 12, 0, 0, 250);

let database: Database;
let photoDir: string;
let clock: FakeClock;
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
  photoDir = await mkdtemp(join(tmpdir(), 'store-'));
  clock = new FakeClock(start);
  store = anotherStore();
  [ann, bob] = await Promise.all([newUser(), newUser()]);
});
afterEach(() => rm(photoDir, { recursive: true }));

function anotherStore(): Store {
  return createStore({ database, photos: { folder: photoDir }, clock, logger: createLogger({ level: 'silent' }) });
}

async function newUser(): Promise<string> {
  const id = randomUUID();
  await database.client.user.create({
    data: { id, email: `${id}@example.org`, passwordHash: 'x', createdAt: new Date(start) },
  });
  return id;
}

const save = (ownerId: string, photos: readonly PhotoToSave[], by = store) =>
  savedBy(by, { ownerId, identification: anIdentification, photos, options: someOptions });

async function storedFiles(): Promise<string[]> {
  const entries = await readdir(photoDir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name !== '.database-ids').map(({ name }) => name);
}

describe('the feedback on an identification', () => {
  it('is found and listed with it, and replaced by a later one', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    expect(await store.find(ann, id)).not.toHaveProperty('feedback');
    const named = { rating: 'it_is', name: 'Dracaena', createdAt: new Date(start) };
    expect(await store.giveFeedback(ann, id, { rating: 'it_is', name: 'Dracaena' })).toEqual(named);
    expect(await store.find(ann, id)).toMatchObject({ feedback: named });
    clock.advance(1_000);
    const right = { rating: 'right', createdAt: new Date(start + 1_000) };
    expect(await store.giveFeedback(ann, id, { rating: 'right' })).toEqual(right);
    expect((await store.history(ann, { limit: 1 })).items).toMatchObject([{ id, feedback: right }]);
    expect((await store.find(ann, id))?.feedback).toEqual(right);
  });

  it('of two requests at once is that of one of them', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    const given = await Promise.all([
      store.giveFeedback(ann, id, { rating: 'right' }),
      store.giveFeedback(ann, id, { rating: 'it_is', name: 'Dracaena' }),
    ]);
    expect(given).toContainEqual((await store.find(ann, id))?.feedback);
  });

  it('adds its name to the words of the search, until later feedback without a name replaces it', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    const search = async () => (await database.client.identification.findFirst({ where: { id } }))?.search;
    const before = await search();
    await store.giveFeedback(ann, id, { rating: 'it_is', name: 'Drachenbäumchen' });
    expect(await search()).toBe(`drachenbaumchen ${before}`);
    await store.giveFeedback(ann, id, { rating: 'right' });
    expect(await search()).toBe(before);
  });

  it('is refused once the identification is deleted, also while it can be restored', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    await database.client.identification.update({ where: { id }, data: { deletedAt: new Date(clock.now()) } });
    expect(await store.giveFeedback(ann, id, { rating: 'right' })).toBeUndefined();
  });

  it('is refused to other owners and for unknown ids', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    for (const wrong of [id, '01JD8Z4Q0M3T5R7V9X1B2C4D60', 'none'])
      expect(await store.giveFeedback(bob, wrong, { rating: 'right' })).toBeUndefined();
    expect(await store.find(ann, id)).not.toHaveProperty('feedback');
  });
});

describe('a saved identification', () => {
  it('is found with all fields and photos', async () => {
    const photos = [aPhoto('one'), aPhoto('two')];
    const { id, pendingPhotos } = await save(ann, photos);

    expect(pendingPhotos).toEqual([]);
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(await store.find(ann, id)).toEqual({
      identification: { ...anIdentification, id },
      createdAt: new Date(start),
      options: someOptions,
      photos: 2,
      photosState: 'kept',
    });
    expect((await store.photo(ann, id, 1))?.bytes.toString()).toBe('one');
    expect((await store.photo(ann, id, 2))?.bytes.toString()).toBe('two');
  });

  it('is an item of the history', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    expect(await store.history(ann, { limit: 10 })).toEqual({
      items: [
        {
          id,
          createdAt: new Date(start),
          isPlant: true,
          plantName: 'Swiss cheese plant',
          scientificName: 'Monstera deliciosa',
          confidence: 0.95,
          // Its score is no probability.
          confidenceSource: 'plantnet',
          demo: true,
          photos: 1,
          photosState: 'kept',
        },
      ],
    });
  });

  it('has no name if it is no plant', async () => {
    const { id } = await savedBy(store, {
      ownerId: ann,
      identification: notAPlant,
      photos: [aPhoto('chair')],
      options: { includeDiseases: false, organs: [] },
    });
    const { items } = await store.history(ann, { limit: 10 });
    expect(items).toEqual([
      { id, createdAt: new Date(start), isPlant: false, demo: false, photos: 1, photosState: 'kept' },
    ]);
    expect(await store.find(ann, id)).toMatchObject({ identification: notAPlant });
  });

  it('is stored without characters that PostgreSQL cannot store', async () => {
    const suggestions = [{ plantName: 'Fern\0\ud800', scientificName: 'Pteris\0', sources: [], images: [] }];
    const identification = { ...anIdentification, suggestions };
    const { id } = await savedBy(store, { ownerId: ann, identification, photos: [], options: someOptions });
    expect((await store.history(ann, { limit: 1 })).items).toMatchObject([
      { plantName: 'Fern\ufffd', scientificName: 'Pteris' },
    ]);
    expect((await store.find(ann, id))?.identification.suggestions[0]?.plantName).toBe('Fern\ufffd');
  });

  it('does not exist for other owners', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    expect(await store.find(bob, id)).toBeUndefined();
    expect(await store.photo(bob, id, 1)).toBeUndefined();
    expect(await store.history(bob, { limit: 10 })).toEqual({ items: [] });
  });

  it.each(['', 'x', '../../etc/passwd', '01KC0XN6ZV4T6C8Q2J5B7M9R3D', "' OR 1=1 --", '\0'])(
    'is not found as %j',
    async (id) => {
      expect(await store.find(ann, id)).toBeUndefined();
      expect(await store.photo(ann, id, 1)).toBeUndefined();
    },
  );

  it.each([0, -1, 3, 1.5, Number.NaN, 2 ** 40])('has no photo number %d', async (index) => {
    const { id } = await save(ann, [aPhoto('one'), aPhoto('two')]);
    expect(await store.photo(ann, id, index)).toBeUndefined();
  });
});

describe('a photo', () => {
  it('is stored once for all uploads of all owners', async () => {
    const one = aPhoto('one');
    const first = await save(ann, [one, one]);
    const second = await save(bob, [one]);
    expect(await storedFiles()).toHaveLength(1);
    expect(await database.client.photo.count()).toBe(1);
    expect((await store.photo(ann, first.id, 2))?.bytes.toString()).toBe('one');
    expect((await store.photo(bob, second.id, 1))?.bytes.toString()).toBe('one');
  });

  it('is stored once when several owners upload it at the same time', async () => {
    const photos = [aPhoto('one'), aPhoto('two'), aPhoto('three')];
    const stores = [store, anotherStore()];
    const saves = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        save(n % 2 ? ann : bob, n % 3 ? photos : photos.toReversed(), stores[n % 2]),
      ),
    );
    expect(new Set(saves.map(({ id }) => id)).size).toBe(12);
    expect(await storedFiles()).toHaveLength(3);
    expect(await database.client.photo.count()).toBe(3);
    for (const [n, { id }] of saves.entries()) {
      const bytes = (await store.photo(n % 2 ? ann : bob, id, 1))?.bytes;
      expect(bytes?.toString()).toBe(n % 3 ? 'one' : 'three');
    }
  });

  it('has a file name that reveals neither its hash nor its identification', async () => {
    const { hash } = aPhoto('one');
    const { id } = await save(ann, [aPhoto('one')]);
    const [name] = await storedFiles();
    expect(name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jpg$/);
    expect(name).not.toContain(hash.slice(0, 8));
    expect(name).not.toContain(id);
  });

  it('leaves no file when its identification cannot be saved', async () => {
    const identification = { ...anIdentification, confidence: Number.NaN };
    const entry = { ownerId: ann, identification, photos: [aPhoto('one'), aPhoto('two')], options: someOptions };
    await expect(store.save(entry)).rejects.toThrow(/confidence/);
    expect(await storedFiles()).toEqual([]);
    expect(await database.client.photo.count()).toBe(0);
  });

  it('leaves neither row nor file when another photo of the upload cannot be saved', async () => {
    const broken = { ...aPhoto('two'), normalized: { jpeg: Buffer.from('two'), width: Number.NaN, height: 3 } };
    await expect(save(ann, [aPhoto('one'), broken])).rejects.toThrow(/width/);
    expect(await storedFiles()).toEqual([]);
    expect(await store.history(ann, { limit: 10 })).toEqual({ items: [] });
  });

  it('is undefined when its file is missing', async () => {
    const { id } = await save(ann, [aPhoto('one')]);
    for (const entry of await readdir(photoDir)) await rm(join(photoDir, entry), { recursive: true });
    expect(await store.photo(ann, id, 1)).toBeUndefined();
  });
});

describe('a saved cached answer', () => {
  const [one, two] = [aPhoto('one'), aPhoto('two')];

  it('refers to stored photos that were not decoded again', async () => {
    await save(bob, [one]);
    const { id, pendingPhotos } = await save(ann, [{ hash: one.hash }]);
    expect(pendingPhotos).toEqual([]);
    expect(await store.find(ann, id)).toMatchObject({ photos: 1, photosState: 'kept' });
    expect((await store.photo(ann, id, 1))?.bytes.toString()).toBe('one');
  });

  it('has pending photos until they are added', async () => {
    const { id, pendingPhotos } = await save(ann, [{ hash: one.hash }, { hash: two.hash }, { hash: one.hash }]);
    expect(pendingPhotos).toEqual([one.hash, two.hash]);
    expect(await store.find(ann, id)).toMatchObject({ photos: 0, photosState: 'pending' });
    expect(await store.photo(ann, id, 1)).toBeUndefined();

    await store.addPhotos(id, [one, two]);
    expect(await store.find(ann, id)).toMatchObject({ photos: 3, photosState: 'kept' });
    expect((await store.photo(ann, id, 3))?.bytes.toString()).toBe('one');
    expect(await storedFiles()).toHaveLength(2);
  });

  it('has missing photos when some could not be normalized', async () => {
    const { id } = await save(ann, [{ hash: one.hash }, { hash: two.hash }]);
    await store.addPhotos(id, [one]);
    expect(await store.find(ann, id)).toMatchObject({ photos: 1, photosState: 'missing' });
    expect((await store.photo(ann, id, 1))?.bytes.toString()).toBe('one');
    expect(await store.photo(ann, id, 2)).toBeUndefined();
  });

  it('has missing photos and no file when adding them fails', async () => {
    const { id } = await save(ann, [{ hash: one.hash }]);
    const broken = { ...one, normalized: { ...one.normalized, width: Number.NaN } };
    await expect(store.addPhotos(id, [broken])).rejects.toThrow(/width/);
    expect(await store.find(ann, id)).toMatchObject({ photos: 0, photosState: 'missing' });
    expect(await storedFiles()).toEqual([]);
  });

  it('has missing photos when they were not added within ten minutes', async () => {
    const { id } = await save(ann, [{ hash: one.hash }]);
    clock.advance(11 * 60_000);
    expect(await store.find(ann, id)).toMatchObject({ photosState: 'missing' });
    expect((await store.history(ann, { limit: 1 })).items).toMatchObject([{ photosState: 'missing' }]);
  });

  it('gets photos that another owner has uploaded in the meantime', async () => {
    const { id } = await save(ann, [{ hash: one.hash }]);
    await save(bob, [one]);
    await store.addPhotos(id, []);
    expect(await store.find(ann, id)).toMatchObject({ photos: 1, photosState: 'kept' });
  });

  it('gets no photos that it does not need, and none after its deletion', async () => {
    const { id } = await save(ann, [{ hash: one.hash }]);
    await store.addPhotos(id, [two]);
    await database.client.identification.deleteMany();
    await store.addPhotos(id, [one]);
    expect(await storedFiles()).toEqual([]);
    expect(await database.client.photo.count()).toBe(0);
  });
});

describe('the history', () => {
  async function saveSeveral(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) ids.push((await save(ann, [])).id);
    return ids;
  }

  it('is sorted newest first, even within one millisecond', async () => {
    const ids = await saveSeveral(5);
    const { items, nextCursor } = await store.history(ann, { limit: 5 });
    expect(items.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(nextCursor).toBeUndefined();
  });

  it('has consistent pages while identifications are added', async () => {
    const ids = await saveSeveral(7);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.history(ann, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      clock.advance(1);
      await save(ann, []);
      await save(bob, []);
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.toReversed());
  });

  it('has only identifications of the owner, even with the cursor of another owner', async () => {
    await saveSeveral(3);
    const { nextCursor = '' } = await store.history(ann, { limit: 1 });
    expect(await store.history(bob, { limit: 10, cursor: nextCursor })).toEqual({ items: [] });
  });

  it('is empty after an invalid cursor', async () => {
    await saveSeveral(1);
    expect(await store.history(ann, { limit: 10, cursor: 'x' })).toEqual({ items: [] });
  });
});

describe('an export of the history', () => {
  /** Adds copies of an identification with ids before and after its own; returns all ids, newest first. */
  async function withCopies(id: string, count: number): Promise<string[]> {
    const { options, result, ...row } = await database.client.identification.findUniqueOrThrow({ where: { id } });
    const ids = Array.from({ length: count }, (_, n) => `01JD8Z4Q0M3T5R7V9X1B${String(n).padStart(6, '0')}`);
    await database.client.identification.createMany({
      data: ids.map((copy) => ({ ...row, options: options ?? {}, result: result ?? {}, id: copy })),
    });
    return [id, ...ids].toSorted().toReversed();
  }

  async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
    const list: T[] = [];
    for await (const item of items) list.push(item);
    return list;
  }
  const exported = (ownerId: string) => all(store.exportHistory(ownerId));
  const idsOf = (list: readonly { identification: { id: string } }[]) =>
    list.map(({ identification }) => identification.id);

  it('has each identification as it was answered, with the numbers of its stored photos', async () => {
    const { normalized: _pending, ...pending } = aPhoto('pending');
    const { id } = await save(ann, [pending, aPhoto('two')]);
    await save(bob, [aPhoto('one')]);
    expect(await exported(ann)).toEqual([{ ...(await store.find(ann, id)), photoNumbers: [2] }]);
  });

  it('has every identification once, newest first, however many there are', async () => {
    const { id } = await save(ann, []);
    const ids = await withCopies(id, 120);
    await save(bob, []);
    expect(idsOf(await exported(ann))).toEqual(ids);
    expect(await exported(await newUser())).toEqual([]);
  });

  it('reads the next page when its reader has taken the one before, and leaves out what is deleted by then', async () => {
    const { id } = await save(ann, []);
    const ids = await withCopies(id, 99);
    const reading = store.exportHistory(ann);
    const first = (await reading.next()).value;
    const { count } = await database.client.identification.updateMany({
      where: { id: { in: ids.slice(80, 90) } },
      data: { deletedAt: new Date(start) },
    });
    await database.client.identification.deleteMany({ where: { id: { in: ids.slice(90) } } });
    const rest = await all(reading);
    expect(count).toBe(10);
    expect(idsOf([...(first === undefined ? [] : [first]), ...rest])).toEqual(ids.slice(0, 80));
  });
});
