import { type Database, table } from '@plantcommunity/db';
import { openTestDatabase, usesOneSession } from '@plantcommunity/db/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPhoto } from './testing/entries.ts';
import { afterWaiting, openTestStore, type TestStore } from './testing/test-store.ts';

const DAY_MS = 86_400_000;

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

/** Returns the exact bytes: those of a limit that is always reached. */
const exactly = () => under.store.usedBytes(under.ann, 0);
/** Returns the bytes that are far from a limit. */
const kept = () => under.store.usedBytes(under.ann, 1_000);
const photosOf = (...texts: string[]) => texts.map((text) => aPhoto(text));

describe('the space that an owner uses', () => {
  it('is that of the photos of all identifications, each counted once', async () => {
    const { ann, bob, save, store } = under;
    expect(await exactly()).toBe(0);
    await save(ann, photosOf('one', 'three'));
    await save(ann, photosOf('one'));
    await save(bob, photosOf('one', 'of another owner'));
    expect(await exactly()).toBe('onethree'.length);
    expect(await store.usedBytes('of no account', 0)).toBe(0);
  });

  it('grows with each photo without being counted, and is exact once it may reach the limit', async () => {
    const { ann, save, store } = under;
    expect(await kept()).toBe(0);
    await save(ann, photosOf('one', 'three'));
    await save(ann, photosOf('one'));
    const { id } = await save(ann, [{ hash: aPhoto('seven').hash }]);
    await store.addPhotos(id, photosOf('seven'));
    // `one` is counted twice, until the sum reaches the limit.
    expect(await kept()).toBe('onethreeoneseven'.length);
    expect(await store.usedBytes(ann, 16)).toBe('onethreeseven'.length);
    expect(await kept()).toBe('onethreeseven'.length);
  });

  it('is free at once when identifications are deleted, and used again when they come back', async () => {
    const { ann, clock, save, store } = under;
    const { id } = await save(ann, photosOf('one'));
    await save(ann, photosOf('three'));
    expect(await exactly()).toBe(8);
    await store.delete(ann, id);
    expect(await store.usedBytes(ann, 8)).toBe(5);
    await store.restore(ann, id);
    expect(await kept()).toBe(8);
    await store.deleteAll(ann);
    expect(await exactly()).toBe(0);
    await store.restoreAll(ann);
    expect(await kept()).toBe(8);
    await store.deleteAll(ann);
    clock.advance(60_000);
    await store.removeDeleted(new AbortController().signal);
    expect(await exactly()).toBe(0);
  });

  it('is not too little when it cannot be counted anew while identifications come back', async () => {
    const { ann, save, store } = under;
    const { id } = await save(ann, photosOf('one'));
    await save(ann, photosOf('three'));
    for (const [hide, restore] of [
      [() => store.delete(ann, id), () => store.restore(ann, id)],
      [() => store.deleteAll(ann), () => store.restoreAll(ann)],
    ] as const) {
      await hide();
      await exactly();
      await database.client
        .$executeRaw`ALTER TABLE ${table('PhotoSpace')} ADD CONSTRAINT "fails" CHECK ("bytes" IS NOT NULL)`;
      try {
        await expect(restore()).rejects.toThrow('fails');
      } finally {
        await database.client.$executeRaw`ALTER TABLE ${table('PhotoSpace')} DROP CONSTRAINT "fails"`;
      }
      await restore();
      expect(await kept()).toBe(8);
    }
  });

  it('is counted anew after a day, for what an older release or an operator has changed', async () => {
    const { ann, clock, save } = under;
    await save(ann, photosOf('one'));
    expect(await kept()).toBe(3);
    await database.client.identification.deleteMany();
    clock.advance(DAY_MS - 1);
    expect(await kept()).toBe(3);
    clock.advance(1);
    expect(await kept()).toBe(0);
  });

  it('has no row any more when the account is gone', async () => {
    const { ann, save, store } = under;
    await save(ann, photosOf('one'));
    await store.deleteByOwner(ann);
    await database.client.user.delete({ where: { id: ann } });
    expect(await database.client.photoSpace.count()).toBe(0);
  });

  it('is not too little when photos are saved while it is counted', async (context) => {
    context.skip(await usesOneSession(database), 'PGlite has one session and no lock waits');
    const { ann, save } = under;
    await save(ann, photosOf('one'));
    // Both wait for the row of the space: the save then adds to what was counted without it.
    await afterWaiting<unknown>(
      database,
      ({ photoSpace }) => photoSpace.update({ where: { ownerId: ann }, data: { bytes: 3 } }),
      exactly,
      () => save(ann, photosOf('three')),
    );
    expect(await kept()).toBeGreaterThanOrEqual(8);
    expect(await exactly()).toBe(8);
  });
});
