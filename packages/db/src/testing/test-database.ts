import { Client } from 'pg';
import { type Database, openDatabase } from '../database.ts';
import { applyMigrations } from '../migrations/apply.ts';

/** Returns TEST_DATABASE_URL: the database that integration tests share and empty. */
export function testDatabaseUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error('Integration tests need TEST_DATABASE_URL: a PostgreSQL whose content may be lost.');
  return url;
}

/** Opens the test database, migrated and empty. The caller closes it. */
export async function openTestDatabase(options: { poolSize?: number } = {}): Promise<Database> {
  const url = testDatabaseUrl();
  await applyMigrations(url);
  const database = openDatabase({ url, poolSize: options.poolSize ?? 5 });
  // CASCADE also empties the tables that refer to users and photos.
  await database.client.$executeRaw`TRUNCATE "User", "Photo" CASCADE`;
  return database;
}

/** Runs one statement on the test database without the time limit of the app, such as one that fills a large table. */
export async function runLongStatement(sql: string): Promise<void> {
  const client = new Client({ connectionString: testDatabaseUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Whether the database is PGlite, whose transactions never overlap: tests of concurrency cannot run there. */
export async function usesOneSession(database: Database): Promise<boolean> {
  const [row] = await database.client.$queryRaw<{ version: string }[]>`SELECT version() AS version`;
  return row?.version.includes('emscripten') === true || row?.version.includes('emcc') === true;
}
