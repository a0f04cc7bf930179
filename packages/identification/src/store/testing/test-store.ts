import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, Prisma } from '@plantcommunity/db';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { expect } from 'vitest';
import { createStore, type Store } from '../store.ts';
import type { PhotoToSave, SavedIdentification } from '../types.ts';
import { anIdentification, savedBy, someOptions } from './entries.ts';

/** A store over an emptied test database and a new folder, with two owners. */
export interface TestStore {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly ann: string;
  readonly bob: string;
  /** Saves an identification whose suggestions have these common and scientific names. */
  readonly save: (
    ownerId: string,
    photos?: readonly PhotoToSave[],
    names?: readonly Names[],
  ) => Promise<SavedIdentification>;
  /** Returns the ids of the owner's history, newest first. */
  readonly ids: (ownerId: string) => Promise<string[]>;
  /** Counts the files of photos. */
  readonly files: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export type Names = readonly [plantName: string, scientificName: string];

export async function openTestStore(database: Database): Promise<TestStore> {
  const { identification, photo, user } = database.client;
  await identification.deleteMany();
  await photo.deleteMany();
  await user.deleteMany();
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  const clock = new FakeClock(Date.UTC(2026, 4, 1));
  const store = createStore({ database, photos: { folder }, clock, logger: createLogger({ level: 'silent' }) });
  const [ann, bob] = [randomUUID(), randomUUID()];
  const createdAt = new Date(clock.now());
  await user.createMany({ data: [ann, bob].map((id) => ({ id, email: `${id}@example.org`, createdAt })) });
  return {
    store,
    clock,
    ann,
    bob,
    save: (ownerId, photos = [], names) =>
      savedBy(store, {
        ownerId,
        identification:
          names === undefined ? anIdentification : { ...anIdentification, suggestions: suggestionsOf(names) },
        photos,
        options: someOptions,
      }),
    ids: async (ownerId) => (await store.history(ownerId, { limit: 100 })).items.map(({ id }) => id),
    async files() {
      const entries = await readdir(folder, { recursive: true });
      return entries.filter((name) => name.endsWith('.jpg')).length;
    },
    close: () => rm(folder, { recursive: true }),
  };
}

function suggestionsOf(names: readonly Names[]) {
  return names.map(([plantName, scientificName]) => ({ plantName, scientificName, sources: [], images: [] }));
}

/** Runs `works` while `change` is uncommitted, and commits it once each of them waits for a lock. */
export async function afterWaiting<T>(
  database: Database,
  change: (transaction: Prisma.TransactionClient) => Promise<unknown>,
  ...works: (() => Promise<T>)[]
): Promise<T[]> {
  const working: Promise<T>[] = [];
  await database.client.$transaction(async (transaction) => {
    await change(transaction);
    for (const work of works) {
      working.push(work());
      await expect.poll(() => waitingForLocks(database)).toBe(working.length);
    }
  });
  return Promise.all(working);
}

async function waitingForLocks(database: Database): Promise<number> {
  const rows = await database.client.$queryRaw<unknown[]>`
    SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  return rows.length;
}
