import { openTestDatabase, runLongStatement, usesOneSession } from '@plantcommunity/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { historyStatement } from './history.ts';

const ROWS = 100_000;
const LIMIT = 24;

const database = await openTestDatabase();
const { client } = database;
const isEmbedded = await usesOneSession(database);

afterAll(async () => {
  await client.$executeRaw`TRUNCATE "User", "Photo" CASCADE`;
  await database.close();
});

const planNode = z.object({
  'Node Type': z.string(),
  'Index Name': z.string().optional(),
  'Heap Fetches': z.number().optional(),
  'Shared Hit Blocks': z.number(),
  'Shared Read Blocks': z.number(),
  get Plans() {
    return z.array(planNode).optional();
  },
});
type PlanNode = z.infer<typeof planNode>;
const explained = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planNode })]) })]);

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Runs the statement of a page, and returns its plan with the blocks that it has looked at. */
async function planOf(query: Partial<Parameters<typeof historyStatement>[1]>, limit = LIMIT) {
  const statement = historyStatement('ann', { limit, after: undefined, words: [], ...query });
  const rows = await client.$queryRaw`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`;
  const [{ 'QUERY PLAN': plan }] = explained.parse(rows);
  const nodes = nodesOf(plan[0].Plan);
  const types = nodes.map((node) => node['Node Type']);
  const page = nodes.find((node) => node['Index Name'] === 'Identification_history_idx');
  return {
    sorts: types.filter((type) => /Sort/.test(type)),
    wholeTables: types.filter((type) => /Seq Scan|Bitmap/.test(type)),
    page: page && { type: page['Node Type'], rowsRead: page['Heap Fetches'] },
    blocks: plan[0].Plan['Shared Hit Blocks'] + plan[0].Plan['Shared Read Blocks'],
  };
}

/** The plan of every page. */
const keyset = {
  sorts: [],
  wholeTables: [],
  page: { type: 'Index Only Scan', rowsRead: 0 },
};

/** Ids of rows from the oldest to the newest. */
const idOf = (n: number) => `01${String(n).padStart(24, '0')}`;

describe.skipIf(isEmbedded)(`a page of a history of ${ROWS} identifications`, () => {
  beforeAll(async () => {
    await client.user.createMany({
      data: ['ann', 'bob'].map((id) => ({ id, email: `${id}@example.org`, createdAt: new Date() })),
    });
    await client.photo.create({
      data: { id: 'photo', hash: 'hash', bytes: 1, width: 1, height: 1, createdAt: new Date() },
    });
    // Every second is Bob's, one of Ann's has a rare name, and each has about the size of an answer.
    await runLongStatement(`
      INSERT INTO "Identification" ("id", "ownerId", "createdAt", "isPlant", "plantName", "scientificName",
        "confidence", "demo", "partial", "options", "result", "photosState", "deletedAt", "search")
      SELECT '01' || lpad(n::text, 24, '0'), CASE n % 2 WHEN 0 THEN 'ann' ELSE 'bob' END, now(), n % 7 <> 0,
        'Swiss cheese plant', 'Monstera deliciosa', (n % 100) / 100.0, false, false, '{}',
        jsonb_build_object('text', repeat('x', 700)),
        'kept', CASE WHEN n % 50 = 0 THEN now() END,
        'swiss cheese plant monstera deliciosa windowleaf ceriman philodendron pertusum hurricane adansonii obliqua epipremnum '
          || 'pinnatum split leaf mexican breadfruit rhaphidophora tetrasperma mini' ||
          CASE n WHEN 2 THEN ' welwitschia mirabilis' ELSE '' END
      FROM generate_series(1, ${2 * ROWS}) n`);
    await runLongStatement(`
      INSERT INTO "IdentificationPhoto" ("identificationId", "position", "hash", "photoId")
      SELECT "id", 1, 'hash', 'photo' FROM "Identification"`);
    await runLongStatement('VACUUM (ANALYZE) "Identification", "IdentificationPhoto"');
  });

  it('is read in the order of one index, with a bounded number of blocks, at either end', async () => {
    for (const after of [undefined, idOf(ROWS), idOf(60)]) {
      const { blocks, ...plan } = await planOf({ after });
      expect(plan).toEqual(keyset);
      // The page and one more: an entry of the primary key, a row and its photos each.
      expect(blocks).toBeLessThan((LIMIT + 1) * 12);
    }
    const { blocks, ...plan } = await planOf({}, 100);
    expect(plan).toEqual(keyset);
    expect(blocks).toBeLessThan(101 * 12);
  });

  it('is read from the same index when it is filtered, and from no row that does not match', async () => {
    for (const query of [
      { isPlant: false },
      { minConfidence: 0.9 },
      { words: ['monst', 'delic'] },
      { words: ['cheese'], isPlant: true, minConfidence: 0.5, after: idOf(ROWS) },
    ]) {
      const { blocks, ...plan } = await planOf(query);
      const isBounded = blocks < (LIMIT + 1) * 13;
      expect({ query, ...plan, isBounded }).toEqual({ query, ...keyset, isBounded: true });
    }
  });

  it('is searched for the rarest name, and for one that is not there, in the index alone', async () => {
    const [size] = await client.$queryRaw<{ blocks: number }[]>`
      SELECT (pg_relation_size('"Identification_history_idx"') / 8192)::int AS "blocks"`;
    for (const words of [['welwitschia'], ['no such name']]) {
      const { blocks, ...plan } = await planOf({ words });
      expect(plan).toEqual(keyset);
      expect(blocks).toBeLessThan((size?.blocks ?? 0) + 50);
    }
  });
});
