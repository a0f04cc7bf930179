import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientConfig } from '../connection/client-config.ts';
import { readDatabaseUrl } from '../connection/database-url.ts';
import { openDatabase } from '../database.ts';
import { quoted, table } from '../table.ts';
import { testDatabaseUrl, usesOneSession } from '../testing/index.ts';
import { applyMigrations, pendingMigrations } from './apply.ts';
import { readMigrations } from './history.ts';

/** A name that works only in quotes. */
const SCHEMA = 'we "grow" Ünits';

function urlOf(schema: string): string {
  const url = testDatabaseUrl();
  return `${url}${url.includes('?') ? '&' : '?'}schema=${encodeURIComponent(schema)}`;
}

async function sql<T = unknown>(text: string, values: readonly unknown[] = []): Promise<T[]> {
  const client = new Client(clientConfig(readDatabaseUrl(testDatabaseUrl())));
  await client.connect();
  try {
    const result: unknown = await client.query<Record<string, unknown>>(text, values.length === 0 ? undefined : [...values]);
    return typeof result === 'object' && result !== null && 'rows' in result ? (result.rows as T[]) : [];
  } finally {
    await client.end();
  }
}

const dropSchemas = () => sql(`DROP SCHEMA IF EXISTS ${quoted(SCHEMA)} CASCADE; DROP SCHEMA IF EXISTS other CASCADE`);

/** Returns the content of a schema, with the rows of its history. */
async function contentOf(schema: string): Promise<unknown> {
  const relations = await sql<{ relname: string; relkind: string }>(
    `SELECT relname, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = $1 ORDER BY 1`,
    [schema],
  );
  const history = relations.some(({ relkind, relname }) => relname === '_prisma_migrations' && relkind === 'r')
    ? await sql(`SELECT * FROM ${quoted(schema)}._prisma_migrations ORDER BY 1`)
    : [];
  return { relations, history };
}

/** Creates the table of migrations as another application would have it. */
const history = (schema: string, ...names: readonly string[]) =>
  sql(`CREATE TABLE ${quoted(schema)}._prisma_migrations (
      id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
    ${names
      .map((name, index) => {
        const [finished, migration] = name.startsWith('failed ') ? ['NULL', name.slice(7)] : ['now()', name];
        return `INSERT INTO ${quoted(schema)}._prisma_migrations (id, checksum, migration_name, finished_at)
          VALUES ('${index}', '${'0'.repeat(64)}', '${migration}', ${finished})`;
      })
      .join(';')}`);

const names = (await readMigrations()).map(({ name }) => name);
const [first = ''] = names;

beforeEach(dropSchemas);
afterEach(dropSchemas);

describe('a schema in the URL', () => {
  it('is created, holds all our tables, and is used by the app', async () => {
    const before = await contentOf('public');
    expect(await pendingMigrations(urlOf(SCHEMA))).toEqual(names);
    expect(await applyMigrations(urlOf(SCHEMA))).toEqual({ applied: names });
    expect(await applyMigrations(urlOf(SCHEMA))).toEqual({ applied: [] });
    expect(await pendingMigrations(urlOf(SCHEMA))).toEqual([]);
    expect(await contentOf('public')).toEqual(before);

    const database = openDatabase({ url: urlOf(SCHEMA), poolSize: 2 });
    try {
      const { client } = database;
      const user = { id: 'u1', email: 'ann@example.org', passwordHash: 'x', createdAt: new Date(0) };
      await client.user.create({ data: { ...user, role: 'admin', tier: 'pro' } });
      expect(await client.$queryRaw`SELECT "email" FROM ${table('User')}`).toEqual([{ email: 'ann@example.org' }]);
      expect(await client.user.count({ where: { role: 'admin', tier: { in: ['pro', 'free'] } } })).toBe(1);
      expect(await sql(`SELECT email FROM ${quoted(SCHEMA)}."User"`)).toEqual([{ email: 'ann@example.org' }]);
    } finally {
      await database.close();
    }
  });

  it('is created by one of several starts', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(urlOf(SCHEMA))));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(names);
  });

  it('may be all that the role owns; a missing right is reported', async (context) => {
    const probe = openDatabase({ url: testDatabaseUrl(), poolSize: 1 });
    const isOneSession = await usesOneSession(probe);
    await probe.close();
    context.skip(isOneSession, 'PGlite has one user');
    await sql(`DROP ROLE IF EXISTS gardener; CREATE ROLE gardener LOGIN; CREATE SCHEMA other AUTHORIZATION gardener;
      REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    const asGardener = (schema: string) => urlOf(schema).replace('//postgres@', '//gardener@');
    try {
      await expect(applyMigrations(asGardener(SCHEMA))).rejects.toThrow(
        'permission denied for database postgres. The role of DATABASE_URL needs CREATE',
      );
      await expect(applyMigrations(asGardener('other'))).resolves.toEqual({ applied: names });
      const database = openDatabase({ url: asGardener('other'), poolSize: 1 });
      expect(await database.client.user.count()).toBe(0);
      await database.close();
    } finally {
      await sql('DROP SCHEMA other CASCADE; DROP ROLE gardener');
    }
  });

  it('is read from a search_path in options, too', async () => {
    const url = urlOf('x').replace('schema=x', `options=${encodeURIComponent('-c search_path=other,public')}`);
    await applyMigrations(url);
    expect(await pendingMigrations(urlOf('other'))).toEqual([]);
  });

  it('must be the same in DIRECT_DATABASE_URL', async () => {
    const options = { directUrl: urlOf('other') };
    await expect(applyMigrations(urlOf(SCHEMA), options)).rejects.toThrow(
      'DIRECT_DATABASE_URL must name the same schema as DATABASE_URL, or none.',
    );
    await applyMigrations(urlOf(SCHEMA), { directUrl: testDatabaseUrl() });
    expect(await pendingMigrations(urlOf(SCHEMA))).toEqual([]);
  });
});

describe('applyMigrations fails before anything is written at', () => {
  beforeEach(() => sql('CREATE SCHEMA other'));

  it.each([
    ['a table', () => sql('CREATE TABLE other."User" (id int)'), 'has the table "User", which our migrations did not create'],
    ['a view', () => sql('CREATE VIEW other."Photo" AS SELECT 1 AS n'), 'has the view "Photo", which our migrations'],
    ['an enum', () => sql("CREATE TYPE other.\"Role\" AS ENUM ('a')"), 'has the type "Role", which our migrations did not create'],
    ['a domain', () => sql('CREATE DOMAIN other."Tier" AS text'), 'has the type "Tier", which our migrations did not create'],
    [
      'an index',
      () => sql('CREATE TABLE other.people (email text); CREATE INDEX "User_email_key" ON other.people (email)'),
      'has the index "User_email_key", which our migrations did not create',
    ],
    ['a sequence', () => sql('CREATE SEQUENCE other."User_pkey"'), 'has the sequence "User_pkey", which our migrations'],
    [
      'a table that a later migration makes',
      async () => {
        await history('other', first);
        await sql('CREATE TABLE other."BrowserSession" (id int)');
      },
      'has the table "BrowserSession", which our migrations did not create',
    ],
    [
      'a _prisma_migrations of another application',
      () => history('other', '20200101000000_init'),
      `has a table _prisma_migrations that is another application's: it holds the migration "20200101000000_init"`,
    ],
    [
      'one where an earlier start of ours failed',
      () => history('other', '20200101000000_init', `failed ${first}`),
      `has a table _prisma_migrations that is another application's`,
    ],
    ['an empty one', () => history('other'), 'it is empty; if it is left over, run: drop table "other"."_prisma_migrations";'],
    [
      'one with other columns',
      () => sql('CREATE TABLE other._prisma_migrations (n int); INSERT INTO other._prisma_migrations VALUES (1)'),
      `is another application's: it has other columns`,
    ],
    ['one that is a view', () => sql('CREATE VIEW other._prisma_migrations AS SELECT 1 AS n'), 'it is not a plain table'],
  ])('%s', async (_what, prepare, text) => {
    await prepare();
    const before = await contentOf('other');
    await expect(pendingMigrations(urlOf('other'))).rejects.toThrow(text);
    await expect(applyMigrations(urlOf('other'))).rejects.toThrow(text);
    await expect(applyMigrations(urlOf('other'))).rejects.toThrow('Nothing was written.');
    expect(await contentOf('other')).toEqual(before);
  });

  it('the remains of a migration that was interrupted, and names the file to compare', async () => {
    await history('other', `failed ${first}`);
    await sql('CREATE TABLE other."Photo" (id int)');
    await expect(applyMigrations(urlOf('other'))).rejects.toThrow(
      `"Photo", which the migration ${first} creates: that migration started and did not finish. Nothing was written. ` +
        `Compare the schema with packages/db/migrations/${first}/migration.sql`,
    );
  });
});

describe('applyMigrations does not change', () => {
  beforeEach(() => sql('CREATE SCHEMA other'));

  it.each([
    ['tables of extensions and other applications', () => sql('CREATE TABLE other.spatial_ref_sys (n int); CREATE TABLE other."user" (n int)')],
    ['our names and a history in another schema', async () => {
      await sql(`CREATE SCHEMA ${quoted(SCHEMA)}; CREATE TABLE ${quoted(SCHEMA)}."User" (n int)`);
      await history(SCHEMA, '20200101000000_init');
    }],
    ['a migration of ours that failed and left nothing', () => history('other', `failed ${first}`)],
  ])('%s', async (_what, prepare) => {
    await prepare();
    expect(await applyMigrations(urlOf('other'))).toEqual({ applied: names });
    expect(await pendingMigrations(urlOf('other'))).toEqual([]);
  });

  it('migrations of a newer release', async () => {
    await applyMigrations(urlOf('other'));
    await sql(`INSERT INTO other._prisma_migrations (id, checksum, migration_name, finished_at)
      VALUES ('newer', 'x', '29990101000000_later', now())`);
    expect(await applyMigrations(urlOf('other'))).toEqual({ applied: [] });
  });
});
