import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { testDatabaseUrl, usesOneSession } from '../testing/index.ts';
import { applyMigrations, pendingMigrations } from './apply.ts';
import { readMigrations } from './history.ts';
import { MigrationError } from './session.ts';
import { schemaDiff, schemaFile } from './schema-diff.ts';

const url = testDatabaseUrl();

async function sql(text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Columns, indexes, constraints and enums of a schema. */
const CATALOGUE = `
  SELECT table_name || '.' || column_name AS what, concat_ws(' ', udt_name, is_nullable, column_default) AS how
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT typname, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
  ORDER BY 1, 2`;

const emptyDatabase = () => sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
const checkedIn = async () => (await readMigrations()).map(({ name }) => name);
const database = openDatabase({ url, poolSize: 1 });
const oneSession = await usesOneSession(database);
await database.close();

describe('the checked-in migrations', () => {
  beforeEach(emptyDatabase);

  it('are applied once: a second run applies none', async () => {
    const names = await checkedIn();
    expect(await pendingMigrations(url)).toEqual(names);
    expect(await applyMigrations(url)).toEqual({ applied: names });
    expect(await pendingMigrations(url)).toEqual([]);
    expect(await applyMigrations(url)).toEqual({ applied: [] });
  });

  it('create the schema of schema.prisma', async () => {
    await applyMigrations(url);
    await sql('DROP TABLE _prisma_migrations');
    const migrated = await sql(CATALOGUE);
    await emptyDatabase();
    await sql(await schemaDiff(undefined, await readFile(schemaFile, 'utf8')));
    expect(migrated.length).toBeGreaterThan(30);
    expect(migrated).toEqual(await sql(CATALOGUE));
  });

  it.skipIf(oneSession)('are applied by one of several starts, while the others wait', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(url)));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(await checkedIn());
    expect(await pendingMigrations(url)).toEqual([]);
  });
});

describe('a migration', () => {
  const folders: string[] = [];

  async function folderWith(migrations: Record<string, string>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    folders.push(folder);
    await write(folder, migrations);
    return folder;
  }

  async function write(folder: string, migrations: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(migrations)) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'migration.sql'), text);
    }
  }

  beforeEach(emptyDatabase);
  afterAll(async () => {
    await emptyDatabase();
    await applyMigrations(url);
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  it('leaves no change when it fails, and is tried again by the next start', async () => {
    const folder = await folderWith({
      '20260101000000_one': 'CREATE TABLE one (n int);',
      '20260102000000_two': 'CREATE TABLE two (n int); INSERT INTO two VALUES (1); SELECT 1 / 0;',
    });
    const failing = applyMigrations(url, { folder });
    await expect(failing).rejects.toThrow(MigrationError);
    await expect(failing).rejects.toThrow(/20260102000000_two.*division by zero/);
    expect(await sql("SELECT to_regclass('one') AS one, to_regclass('_prisma_migrations') AS history")).toEqual([
      { one: null, history: null },
    ]);
    const both = ['20260101000000_one', '20260102000000_two'];
    expect(await pendingMigrations(url, { folder })).toEqual(both);

    await write(folder, { '20260102000000_two': 'CREATE TABLE two (n int);' });
    expect(await applyMigrations(url, { folder })).toEqual({ applied: both });
    expect(await applyMigrations(url, { folder })).toEqual({ applied: [] });
  });

  it('may contain semicolons in texts and functions', async () => {
    const folder = await folderWith({
      '20260101000000_semicolons': `CREATE TABLE words (word text);
        DO $$ BEGIN INSERT INTO words VALUES ('a;b'); INSERT INTO words VALUES ('c'); END $$;`,
    });
    await applyMigrations(url, { folder });
    expect(await sql('SELECT word FROM words ORDER BY word')).toEqual([{ word: 'a;b' }, { word: 'c' }]);
  });
});

describe('applyMigrations without a database', () => {
  it('names the database without its password', async () => {
    const missing = 'postgresql://ann:s3cret@127.0.0.1:9/plants';
    await expect(applyMigrations(missing)).rejects.toThrow(
      'The database "plants" on 127.0.0.1:9 is not available: nothing is listening there.',
    );
  });
});
