import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, expect, it } from 'vitest';
import { testDatabaseUrl } from '../testing/index.ts';
import { applyMigrations, pendingMigrations } from './apply.ts';
import { migrationsFolder } from './history.ts';

const MIGRATION = '20261127030249_refresh_token_successors';
const url = testDatabaseUrl();
let folder: string;

async function sql(text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
  await applyMigrations(url);
  await rm(folder, { recursive: true });
});

it('refresh tokens from before the migration are linked to their successors', async () => {
  await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  for (const name of await pendingMigrations(url)) {
    if (name < MIGRATION) await cp(join(migrationsFolder, name), join(folder, name), { recursive: true });
  }
  await applyMigrations(url, { folder });
  await sql(`
    INSERT INTO "User" ("id", "email", "createdAt") VALUES ('ann', 'ann@example.org', now());
    INSERT INTO "TokenFamily" ("id", "userId", "epoch", "expiresAt") VALUES ('f1', 'ann', 0, now()), ('f2', 'ann', 0, now());
    INSERT INTO "RefreshToken" ("hash", "familyId", "spentAt") VALUES
      ('c', 'f1', NULL), ('a', 'f1', '2026-11-01 10:00'), ('b', 'f1', '2026-11-01 11:00'), ('x', 'f2', NULL)`);

  await applyMigrations(url);
  expect(await sql('SELECT "hash", "successorHash" FROM "RefreshToken" ORDER BY "hash"')).toEqual([
    { hash: 'a', successorHash: 'b' },
    { hash: 'b', successorHash: 'c' },
    { hash: 'c', successorHash: null },
    { hash: 'x', successorHash: null },
  ]);
});
