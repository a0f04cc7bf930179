import { type Database, Prisma, table } from '@plantcommunity/db';
import { openTestDatabase, usesOneSession } from '@plantcommunity/db/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIdempotencyKeys } from './idempotency-keys.ts';
import { anIdentification, aPhoto } from './testing/entries.ts';
import { afterWaiting, openTestStore, type TestStore } from './testing/test-store.ts';

const [one, two] = [aPhoto('one'), aPhoto('two')];
const SECOND = 1_000;

let database: Database;
let under: TestStore;
beforeAll(async () => {
  database = await openTestDatabase({ poolSize: 8 });
});
afterAll(() => database.close());
beforeEach(async () => {
  under = await openTestStore(database);
});
afterEach(() => under.close());

const remove = () => under.store.removeDeleted(new AbortController().signal);

/** Saves a number of identifications with ids before all others. */
async function saveMany(ownerId: string, number: number) {
  const { id } = await under.save(ownerId);
  await database.client.$executeRaw`
    INSERT INTO ${table('Identification')} ("id", "ownerId", "createdAt", "isPlant", "demo", "partial", "options", "result",
      "photosState", "search")
    SELECT '01' || lpad(n::text, 24, '0'), "ownerId", "createdAt", "isPlant", "demo", "partial", "options", "result",
      "photosState", "search" FROM ${table('Identification')}, generate_series(1, ${number}) n WHERE "id" = ${id}`;
  await database.client.identification.delete({ where: { id } });
}

describe('a deleted identification', () => {
  it('is hidden from every read, and comes back with its photos for 30 seconds', async () => {
    const { ann, clock, ids, store } = under;
    const { id } = await under.save(ann, [one, two]);
    const found = await store.find(ann, id);
    await store.delete(ann, id);
    expect({ ids: await ids(ann), found: await store.find(ann, id), photo: await store.photo(ann, id, 1) }).toEqual({
      ids: [],
      found: undefined,
      photo: undefined,
    });
    clock.advance(30 * SECOND - 1);
    expect({ removed: await remove(), restored: await store.restore(ann, id) }).toEqual({ removed: 0, restored: true });
    expect({ ids: await ids(ann), found: await store.find(ann, id) }).toEqual({ ids: [id], found });
    expect((await store.photo(ann, id, 2))?.bytes.toString()).toBe('two');
  });

  it('does not come back after 30 seconds, and is removed with its files', async () => {
    const { ann, clock, files, store } = under;
    const { id } = await under.save(ann, [one]);
    await store.delete(ann, id);
    clock.advance(30 * SECOND);
    expect(await store.restore(ann, id)).toBe(false);
    clock.advance(30 * SECOND);
    expect({ removed: await remove(), files: await files(), again: await remove() }).toEqual({
      removed: 1,
      files: 0,
      again: 0,
    });
    expect(await store.restore(ann, id)).toBe(false);
  });

  it('is not brought back by another owner, and an unknown id or a text that is none brings back nothing', async () => {
    const { ann, bob, ids, store } = under;
    const { id } = await under.save(ann);
    await store.delete(ann, id);
    for (const [owner, which] of [
      [bob, id],
      [ann, '01JD8Z4Q0M3T5R7V9X1B2C4D6F'],
      [ann, 'no id'],
    ] as const) {
      expect(await store.restore(owner, which)).toBe(false);
    }
    await store.restoreAll(bob);
    expect(await ids(ann)).toEqual([]);
  });

  it('can be brought back twice, and deleted again, which starts its 30 seconds anew', async () => {
    const { ann, clock, ids, store } = under;
    const { id } = await under.save(ann);
    await store.delete(ann, id);
    clock.advance(20 * SECOND);
    expect([await store.restore(ann, id), await store.restore(ann, id)]).toEqual([true, true]);
    expect(await store.delete(ann, id)).toBe(true);
    clock.advance(20 * SECOND);
    // A second deletion finds nothing, and extends nothing.
    expect(await store.delete(ann, id)).toBe(false);
    clock.advance(39 * SECOND);
    expect(await remove()).toBe(0);
    clock.advance(SECOND);
    expect({ removed: await remove(), ids: await ids(ann) }).toEqual({ removed: 1, ids: [] });
  });

  it('gets the photos that were still being stored, and has them when it comes back', async () => {
    const { ann, files, store } = under;
    const { id } = await under.save(ann, [{ hash: one.hash }]);
    await store.delete(ann, id);
    await store.addPhotos(id, [one]);
    await store.restore(ann, id);
    expect(await store.find(ann, id)).toMatchObject({ photos: 1, photosState: 'kept' });
    await store.delete(ann, id);
    under.clock.advance(60 * SECOND);
    await remove();
    expect(await files()).toBe(0);
  });

  it('can be the cursor of the next page', async () => {
    const { ann, store } = under;
    const saved = [await under.save(ann), await under.save(ann), await under.save(ann)].map(({ id }) => id);
    const { items, nextCursor = '' } = await store.history(ann, { limit: 2 });
    await store.delete(ann, items[1]?.id ?? '');
    const { items: older } = await store.history(ann, { limit: 2, cursor: nextCursor });
    expect(older.map(({ id }) => id)).toEqual([saved[0]]);
  });

  it('keeps no answer for its idempotency key, also when it comes back', async () => {
    const { ann, clock, store } = under;
    const keys = createIdempotencyKeys({ client: database.client, clock });
    const request = { id: `key of ${ann}`, fingerprint: 'a leaf' };
    const { id } = await under.save(ann);
    const begun = await keys.begin(request);
    if (begun.type !== 'begun') throw new Error(begun.type);
    await keys.keep(begun.run, { ...anIdentification, id });
    expect(await keys.begin(request)).toMatchObject({ type: 'answered' });
    await store.delete(ann, id);
    expect(await keys.begin({ ...request, fingerprint: 'a flower' })).toMatchObject({ type: 'begun' });
    await store.restore(ann, id);
    expect(await keys.begin(request)).toEqual({ type: 'mismatch' });
  });

  it('is removed at once with the owner, and by the deletion of old ones', async () => {
    const { ann, bob, clock, files, store } = under;
    await under.save(ann, [one]);
    await under.save(bob, [two]);
    for (const owner of [ann, bob]) await store.deleteAll(owner);
    await store.deleteByOwner(ann);
    expect({ rows: await database.client.identification.count(), files: await files() }).toEqual({ rows: 1, files: 1 });
    expect(await store.deleteOlderThan(clock.now() + 1, new AbortController().signal)).toBe(1);
    expect(await files()).toBe(0);
  });
});

describe('all identifications', () => {
  it('come back if they were deleted within 30 seconds, one by one or together, and no one else’s', async () => {
    const { ann, bob, clock, ids, store } = under;
    const [early, late, last] = [await under.save(ann), await under.save(ann), await under.save(ann)];
    const bobs = await under.save(bob);
    await store.deleteAll(bob);
    await store.delete(ann, early.id);
    clock.advance(15 * SECOND);
    await store.delete(ann, late.id);
    clock.advance(15 * SECOND);
    await store.deleteAll(ann);
    await store.restoreAll(ann);
    expect({ ann: await ids(ann), bob: await ids(bob) }).toEqual({ ann: [last.id, late.id], bob: [] });
    await store.restoreAll(ann);
    await store.restoreAll(bob);
    expect({ ann: await ids(ann), bob: await ids(bob) }).toEqual({ ann: [last.id, late.id], bob: [] });
    clock.advance(30 * SECOND);
    expect(await remove()).toBe(2);
    expect(await database.client.identification.findUnique({ where: { id: bobs.id } })).toBeNull();
  });

  it('come back all, also when the time to undo ends while they do', async () => {
    const { ann, clock, save, store } = under;
    const last = await save(ann);
    await saveMany(ann, 1_000);
    await store.deleteAll(ann);
    clock.advance(30 * SECOND - 1);
    // The job runs between the first batch and the second one.
    const transact = database.client.$transaction.bind(database.client);
    vi.spyOn(database.client, '$transaction').mockImplementationOnce(async (work: Parameters<typeof transact>[0]) => {
      const restored = await transact(work);
      clock.advance(1);
      await remove();
      return restored;
    });
    await store.restoreAll(ann);
    expect(await store.find(ann, last.id)).toBeDefined();
    expect(await database.client.identification.count({ where: { deletedAt: null } })).toBe(1_001);
  });

  it('are deleted, brought back and removed in more than one batch', async () => {
    const { ann, clock, store } = under;
    const count = () => database.client.identification.count({ where: { ownerId: ann, deletedAt: null } });
    await saveMany(ann, 2_001);
    await store.deleteAll(ann);
    expect(await count()).toBe(0);
    await store.restoreAll(ann);
    expect(await count()).toBe(2_001);
    await store.deleteAll(ann);
    clock.advance(60 * SECOND);
    expect(await remove()).toBe(2_001);
  });
});

describe('two changes of the same identifications at once', () => {
  beforeEach(async (context) =>
    context.skip(await usesOneSession(database), 'PGlite has one session and no lock waits'),
  );

  const waitFor = (id: string) => (transaction: Prisma.TransactionClient) =>
    transaction.$queryRaw`SELECT 1 FROM ${table('Identification')} WHERE "id" = ${id} FOR UPDATE`;

  it('leave one that is restored while its removal waits', async () => {
    const { ann, clock, ids, store } = under;
    const { id } = await under.save(ann, [one]);
    await store.delete(ann, id);
    clock.advance(60 * SECOND);
    const [removed] = await afterWaiting(
      database,
      ({ identification }) => identification.update({ where: { id }, data: { deletedAt: null } }),
      remove,
    );
    expect({ removed, ids: await ids(ann) }).toEqual({ removed: 0, ids: [id] });
    expect((await store.photo(ann, id, 1))?.bytes.toString()).toBe('one');
  });

  it('do not restore one that is removed meanwhile', async () => {
    const { ann, store } = under;
    const { id } = await under.save(ann);
    await store.delete(ann, id);
    const [restored] = await afterWaiting(
      database,
      ({ identification }) => identification.delete({ where: { id } }),
      () => store.restore(ann, id),
    );
    expect(restored).toBe(false);
  });

  it.each([
    { what: 'all are deleted', change: () => under.store.deleteAll(under.ann) },
    { what: 'the owner leaves', change: () => under.store.deleteByOwner(under.ann) },
    { what: 'all are brought back', change: () => under.store.restoreAll(under.ann) },
  ])('never wait for each other when $what while old ones are deleted', async ({ change, what }) => {
    const { ann, clock, store } = under;
    // Rows in the opposite order of their ids: a statement without an order would lock them in this one.
    const ids = [3, 2, 1].map((n) => `0000000000000000000000000${n}`);
    const { id } = await under.save(ann);
    const row = await database.client.identification.findUniqueOrThrow({ where: { id } });
    for (const other of ids) {
      const deletedAt = what === 'all are brought back' ? new Date(clock.now()) : null;
      await database.client.identification.create({ data: { ...row, options: {}, result: {}, id: other, deletedAt } });
    }
    // The older one locks the first row and waits for the second; without an order, the other would hold the third.
    const [, deleted] = await afterWaiting<unknown>(database, waitFor(ids[1] ?? ''), change, () =>
      store.deleteOlderThan(clock.now() - 1, new AbortController().signal),
    );
    expect(typeof deleted).toBe('number');
    expect(await database.client.identification.count({ where: { id: { in: ids } } })).toBe(0);
  });
});
