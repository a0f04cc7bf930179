import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { createUnusedCopies } from '../store/provider-copies.ts';
import { createStore, type Store } from '../store/store.ts';
import { anIdentification, aPhoto, savedBy, someOptions } from '../store/testing/entries.ts';
import { createCopyDeletion } from './delete-copies.ts';

const HOUR_MS = 3_600_000;
const ORIGIN = 'https://plant.example';

let database: Database;
let folder: string;
let clock: FakeClock;
let store: Store;
let ann: string;
let bob: string;
/** Tokens that the provider was asked to delete. */
let asked: string[];
let failure: ProviderError | undefined;
let state: 'closed' | 'open';

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  const { identification, photo, providerCopy, user } = database.client;
  await identification.deleteMany();
  await providerCopy.deleteMany();
  await photo.deleteMany();
  await user.deleteMany();
  folder = await mkdtemp(join(tmpdir(), 'copies-'));
  clock = new FakeClock(Date.UTC(2026, 4, 1));
  store = createStore({ database, photos: { folder }, clock, logger: createLogger({ level: 'silent' }) });
  [asked, failure, state] = [[], undefined, 'closed'];
  [ann, bob] = await Promise.all([newUser(), newUser()]);
});
afterEach(() => rm(folder, { recursive: true }));

async function newUser(): Promise<string> {
  const id = randomUUID();
  await database.client.user.create({ data: { id, email: `${id}@example.org`, createdAt: new Date() } });
  return id;
}

/** Saves an identification whose answer the cache keeps for an hour. */
async function save(ownerId: string, token: string, origin = ORIGIN): Promise<string> {
  const { id } = await savedBy(store, entryOf(ownerId, token, origin));
  return id;
}

function entryOf(ownerId: string, token: string, origin = ORIGIN) {
  const copies = [{ provider: 'plant_id' as const, origin, token, keptUntil: clock.now() + HOUR_MS }];
  return { ownerId, identification: anIdentification, photos: [aPhoto('one')], options: someOptions, copies };
}

/** Runs the deletion as a process does that has just started. */
function deleteCopies() {
  const run = createCopyDeletion({
    copies: createUnusedCopies({ client: database.client, clock, host: '' }),
    providers: [
      {
        client: {
          name: 'plant_id',
          origin: ORIGIN,
          async deleteCopy(token) {
            asked.push(token);
            if (failure !== undefined) throw failure;
          },
        },
        circuit: { snapshot: () => ({ state }) },
        access: { isRefused: () => false },
      },
    ],
    logger: createLogger({ level: 'silent' }),
  });
  return run(new AbortController().signal);
}

describe('the copy that a provider keeps of an identification', () => {
  it('is deleted there once neither an identification nor a cached answer refers to it', async () => {
    const anns = await save(ann, 'shared');
    await save(bob, 'shared');
    await save(bob, 'kept');
    await store.delete(ann, anns);
    clock.advance(2 * HOUR_MS);
    expect({ result: await deleteCopies(), asked }).toEqual({ result: { deleted: 0, waiting: 0 }, asked: [] });

    await store.deleteAll(bob);
    // The cached answer was given to another caller, whose identification is deleted at once.
    const again = await save(ann, 'kept');
    await store.delete(ann, again);
    expect({ result: await deleteCopies(), asked }).toEqual({ result: { deleted: 1, waiting: 0 }, asked: ['shared'] });
    clock.advance(2 * HOUR_MS);
    await deleteCopies();
    await deleteCopies();
    expect(asked).toEqual(['shared', 'kept']);
    expect(await database.client.providerCopy.count()).toBe(0);
  });

  it('is deleted with the account, also when its answer came after the account was closed', async () => {
    await save(ann, 'filed');
    await store.deleteByOwner(ann);
    await database.client.user.delete({ where: { id: ann } });
    const late = entryOf(ann, 'late');
    await store.recordCopies(late.copies);
    expect(await store.save(late)).toBeUndefined();
    clock.advance(2 * HOUR_MS);
    expect(await deleteCopies()).toEqual({ deleted: 2, waiting: 0 });
    expect(asked.toSorted()).toEqual(['filed', 'late']);
  });

  it('is deleted without any identification of it, once the cached answer has ended', async () => {
    const [copy] = entryOf(ann, 'not saved').copies;
    if (copy !== undefined) await Promise.all([store.recordCopies([copy]), store.recordCopies([copy])]);
    clock.advance(HOUR_MS - 1);
    expect(await deleteCopies()).toEqual({ deleted: 0, waiting: 0 });
    clock.advance(1);
    expect({ result: await deleteCopies(), asked }).toEqual({
      result: { deleted: 1, waiting: 0 },
      asked: ['not saved'],
    });
  });

  it('is tried again with growing pauses while the provider fails, and not while its circuit is open', async () => {
    await save(ann, 'one');
    await store.deleteAll(ann);
    clock.advance(2 * HOUR_MS);
    failure = new ProviderError('plant_id', 'failed', 'status 503');
    const failingSince = clock.now();
    const waiting = { deleted: 0, waiting: 1, failingSince };
    const triedAfter: number[] = [];
    for (let minutes = 0; minutes < 16; minutes++) {
      const before = asked.length;
      expect(await deleteCopies()).toEqual(waiting);
      if (asked.length > before) triedAfter.push(minutes);
      clock.advance(60_000);
    }
    expect(triedAfter).toEqual([0, 1, 3, 7, 15]);

    clock.advance(24 * HOUR_MS);
    [failure, state] = [undefined, 'open'];
    expect(await deleteCopies()).toEqual(waiting);
    state = 'closed';
    expect(await deleteCopies()).toEqual({ deleted: 1, waiting: 0 });
    expect(asked).toHaveLength(6);
  });

  it('stops the run after three failures in succession', async () => {
    for (const token of ['one', 'two', 'three', 'four']) await save(ann, token);
    await store.deleteAll(ann);
    clock.advance(2 * HOUR_MS);
    failure = new ProviderError('plant_id', 'timeout', 'no answer');
    expect(await deleteCopies()).toMatchObject({ deleted: 0, waiting: 4 });
    expect(asked).toHaveLength(3);
  });

  it('is not asked for by a copy of the database, which asks only for its own', async () => {
    await save(ann, 'of the original');
    await database.client.databaseIdentity.updateMany({ data: { place: 'the server of the original' } });
    store = createStore({ database, photos: { folder }, clock, logger: createLogger({ level: 'silent' }) });
    await save(ann, 'of the copy');
    await store.deleteAll(ann);
    clock.advance(2 * HOUR_MS);
    expect({ result: await deleteCopies(), asked }).toEqual({
      result: { deleted: 1, waiting: 0 },
      asked: ['of the copy'],
    });
    // The row of the other goes once the provider keeps nothing any more.
    clock.advance(190 * 24 * HOUR_MS);
    await deleteCopies();
    expect(await database.client.providerCopy.count()).toBe(0);
  });

  it('at another base URL is never asked for, and forgotten once no provider keeps it any more', async () => {
    await save(ann, 'one', 'http://simulator.example');
    await store.deleteAll(ann);
    clock.advance(189 * 24 * HOUR_MS);
    expect(await deleteCopies()).toEqual({ deleted: 0, waiting: 1 });
    clock.advance(48 * HOUR_MS);
    expect(await deleteCopies()).toEqual({ deleted: 0, waiting: 0 });
    expect(asked).toEqual([]);
  });
});
