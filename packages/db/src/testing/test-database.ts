import { type Database, openDatabase } from '../database.ts';
import { applyMigrations } from '../migrations/apply.ts';

/** The database that integration tests share and empty: TEST_DATABASE_URL. */
export function testDatabaseUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error('Integration tests need TEST_DATABASE_URL: a PostgreSQL whose content may be lost.');
  return url;
}

/** Migrated and empty. Close it. */
export async function openTestDatabase(options: { poolSize?: number } = {}): Promise<Database> {
  const url = testDatabaseUrl();
  await applyMigrations(url);
  const database = openDatabase({ url, poolSize: options.poolSize ?? 5 });
  // What belongs to users goes with them.
  await database.client.$executeRaw`TRUNCATE "User", "Photo" CASCADE`;
  return database;
}

/** PGlite: transactions never overlap there, so that what tests of concurrency look for cannot happen. */
export async function usesOneSession(database: Database): Promise<boolean> {
  const [row] = await database.client.$queryRaw<{ version: string }[]>`SELECT version() AS version`;
  return row?.version.includes('emscripten') === true || row?.version.includes('emcc') === true;
}
