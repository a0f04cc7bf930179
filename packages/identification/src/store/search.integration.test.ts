import { type Database, table } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anIdentification, notAPlant, savedBy, someOptions } from './testing/entries.ts';
import { type Names, openTestStore, type TestStore } from './testing/test-store.ts';
import type { HistoryQuery } from './types.ts';

let database: Database;
let under: TestStore;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  under = await openTestStore(database);
});
afterEach(() => under.close());

const PLANTS: Record<string, readonly Names[]> = {
  monstera: [
    ['Swiss cheese plant', 'Monstera deliciosa'],
    ['Swiss cheese vine', 'Monstera adansonii'],
  ],
  echinacea: [['Échinacée pourpre', 'Echinacea purpurea']],
  mint: [['Peppermint', 'Mentha × piperita']],
  yucca: [["Adam's needle", 'Yucca filamentosa']],
};

/** Saves the plants for Ann, oldest first, and returns a function that finds their names. */
async function savePlants() {
  const { ann, save, store } = under;
  const names = new Map<string, string>();
  for (const [name, suggestions] of Object.entries(PLANTS)) names.set((await save(ann, [], suggestions)).id, name);
  return async (query: Partial<HistoryQuery>, owner = ann) => {
    const { items } = await store.history(owner, { limit: 10, ...query });
    return items.map(({ id }) => names.get(id));
  };
}

describe('the search of a history', () => {
  it.each([
    ['monstera', ['monstera']],
    ['DELICIOSA monst', ['monstera']],
    // A name of the second suggestion.
    ['adansonii', ['monstera']],
    ['echinacee', ['echinacea']],
    ['Échinacée', ['echinacea']],
    ['E\u0301CHINACE\u0301E', ['echinacea']],
    ['mentha piperita', ['mint']],
    ['mentha x piperita', ['mint']],
    ['Mentha×piperita', ['mint']],
    ['adams needle', ['yucca']],
    ['Adam’s', ['yucca']],
    ['plant needle', []],
    ['rose', []],
    // Patterns of SQL mean nothing.
    ['%', []],
    ['_', []],
    ['mon%xera', []],
    ['m_xnstera', []],
    ['\\', []],
    ["' OR 1=1 --", []],
    ['monstera\0', ['monstera']],
    ['🌱', []],
    ['', ['yucca', 'mint', 'echinacea', 'monstera']],
    ['  ', ['yucca', 'mint', 'echinacea', 'monstera']],
  ])('for %j finds %j', async (names, expected) => {
    const find = await savePlants();
    expect(await find({ names })).toEqual(expected);
  });

  it('takes as many words as fit into a long query', async () => {
    const find = await savePlants();
    const letters = 'm o n s t e r a d l i c p h w b u'.repeat(20);
    expect(await find({ names: letters })).toEqual([]);
    expect(await find({ names: 'swiss cheese plant '.repeat(500) })).toEqual(['monstera']);
  });

  it('finds neither identifications of others nor deleted ones', async () => {
    const { ann, bob, ids, store } = under;
    const find = await savePlants();
    expect(await find({ names: 'monstera' }, bob)).toEqual([]);
    for (const id of await ids(ann)) await store.delete(ann, id);
    expect(await find({ names: 'monstera' })).toEqual([]);
    await store.restoreAll(ann);
    expect(await find({ names: 'monstera' })).toEqual(['monstera']);
  });

  it('has consistent pages', async () => {
    const { ann, save, store } = under;
    const wanted: string[] = [];
    for (let n = 0; n < 5; n++) {
      wanted.unshift((await save(ann, [], PLANTS['mint'])).id);
      await save(ann, [], PLANTS['yucca']);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.history(ann, { limit: 2, names: 'pepper', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(wanted);
  });
});

describe('the filters of a history', () => {
  it('leave those with or without a plant, and with a least confidence, together with the search', async () => {
    const { ann, store } = under;
    const saved = async (identification: typeof anIdentification) =>
      (await savedBy(store, { ownerId: ann, identification, photos: [], options: someOptions })).id;
    const unsure = await saved({ ...anIdentification, confidence: 0.4 });
    const sure = await saved({ ...anIdentification, confidence: 0.9 });
    const none = await saved(notAPlant);
    const ids = async (query: Partial<HistoryQuery>) =>
      (await store.history(ann, { limit: 10, ...query })).items.map(({ id }) => id);
    expect({
      plants: await ids({ isPlant: true }),
      others: await ids({ isPlant: false }),
      confident: await ids({ minConfidence: 0.9 }),
      anyConfidence: await ids({ minConfidence: 0 }),
      certain: await ids({ minConfidence: 1 }),
      all: await ids({ names: 'monstera', isPlant: true, minConfidence: 0.4 }),
      contrary: await ids({ names: 'monstera', isPlant: false }),
    }).toEqual({
      plants: [sure, unsure],
      others: [none],
      confident: [sure],
      anyConfidence: [sure, unsure],
      certain: [],
      all: [sure, unsure],
      contrary: [],
    });
  });
});

describe('identifications of an older release', () => {
  it('are found once a job has filled what the search reads, in batches, also where an answer cannot be read', async () => {
    const { ann, store } = under;
    const find = await savePlants();
    await database.client.identification.updateMany({ data: { search: null } });
    const { id } = await under.save(ann, [], PLANTS['mint']);
    await database.client.$executeRaw`
      INSERT INTO ${table('Identification')} ("id", "ownerId", "createdAt", "isPlant", "demo", "partial", "options", "result",
        "photosState")
      SELECT '01' || lpad(n::text, 24, '0'), ${ann}, "createdAt", "isPlant", "demo", "partial", "options",
        CASE n WHEN 1 THEN '{}'::jsonb ELSE "result" END, "photosState"
      FROM ${table('Identification')}, generate_series(1, 201) n WHERE "id" = ${id}`;
    await database.client.identification.update({ where: { id }, data: { search: 'a name of its owner' } });
    const count = (names: string) =>
      database.client.identification.count({ where: { search: { contains: names }, ownerId: ann } });
    expect(await find({ names: 'monstera' })).toEqual([]);

    const { signal } = new AbortController();
    expect({ filled: await store.fillSearch(signal), again: await store.fillSearch(signal) }).toEqual({
      filled: 205,
      again: 0,
    });
    expect(await find({ names: 'monstera' })).toEqual(['monstera']);
    expect(await count('pepper')).toBe(201);
    expect(await database.client.identification.findUnique({ where: { id }, select: { search: true } })).toEqual({
      search: 'a name of its owner',
    });
    await expect(store.fillSearch(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});
