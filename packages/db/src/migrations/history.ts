import { randomUUID } from 'node:crypto';
import { DatabaseError } from 'pg';
import { describeTarget } from '../connection/client-config.ts';
import { quoted } from '../table.ts';
import { MigrationError } from './session.ts';
import type { Session } from './session.ts';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Prisma's table, with its columns. */
const TABLE = '_prisma_migrations';
/** Codes of PostgreSQL: a column is missing, or the role may not read. */
const UNDEFINED_COLUMN = '42703';
const NOT_ALLOWED = '42501';

/** The migrations in the database. */
export interface History {
  hasTable: boolean;
  applied: ReadonlySet<string>;
  /** Migrations that started and did not finish. */
  failed: ReadonlySet<string>;
}

interface Row {
  name: string;
  ended: boolean;
  undone: boolean;
}

/**
 * Reads which migrations are in the schema. Unknown names belong to a newer release.
 * @throws {MigrationError} when the table of migrations is another application's
 */
export async function readHistory(session: Session, migrations: readonly Migration[]): Promise<History> {
  const { schema } = session.target;
  const [table] = await session.run<{ kind: string }>(
    `SELECT c.relkind::text AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, TABLE],
  );
  if (table === undefined) return { hasTable: false, applied: new Set(), failed: new Set() };
  if (table.kind !== 'r') throw notOurs(session, 'it is not a plain table');
  const rows = await readRows(session);
  if (rows.length === 0) throw notOurs(session, `it is empty; if it is left over, run: drop table ${nameOf(schema)};`);
  const known = new Set(migrations.map(({ name }) => name));
  const applied = new Set(rows.filter(({ ended, undone }) => ended && !undone).map(({ name }) => name));
  const failed = new Set(rows.filter(({ ended, undone }) => !ended && !undone).map(({ name }) => name));
  const first = migrations[0]?.name ?? '';
  const other = rows.find(({ name }) => !known.has(name));
  if (other !== undefined && !applied.has(first)) throw notOurs(session, `it holds the migration "${other.name}"`);
  return { hasTable: true, applied, failed };
}

async function readRows(session: Session): Promise<Row[]> {
  try {
    return await session.run<{ [Key in keyof Row]: Row[Key] }>(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS ended, rolled_back_at IS NOT NULL AS undone
       FROM ${nameOf(session.target.schema)}`,
    );
  } catch (error) {
    const code = error instanceof DatabaseError ? error.code : undefined;
    if (code === UNDEFINED_COLUMN) throw notOurs(session, 'it has other columns');
    if (code === NOT_ALLOWED) throw unreadable(session);
    throw error;
  }
}

/** Creates the table of the history, as Prisma does. */
export async function createHistory(session: Session): Promise<void> {
  await session.run(`CREATE TABLE ${nameOf(session.target.schema)} (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`);
}

/** Records a migration as applied, and an earlier attempt at it as rolled back. */
export async function recordApplied(session: Session, { checksum, name }: Migration): Promise<void> {
  const table = nameOf(session.target.schema);
  await session.run(
    `UPDATE ${table} SET rolled_back_at = now() WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
    [name],
  );
  await session.run(
    `INSERT INTO ${table} (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, clock_timestamp(), 1)`,
    [randomUUID(), checksum, name],
  );
}

function nameOf(schema: string): string {
  return `${quoted(schema)}.${quoted(TABLE)}`;
}

function unreadable({ target }: Session): MigrationError {
  return new MigrationError(
    `The schema "${target.schema}" of the database ${describeTarget(target)} has a table ${TABLE} that the role of ` +
      `DATABASE_URL may not read. Nothing was written. If the tables are this app's, the role must own them; else give ` +
      `this app a database or a schema of its own, such as ?schema=plants.`,
  );
}

function notOurs({ target }: Session, reason: string): MigrationError {
  return new MigrationError(
    `The schema "${target.schema}" of the database ${describeTarget(target)} has a table ${TABLE} that is another ` +
      `application's: ${reason}. Nothing was written. Give this app a database or a schema of its own, such as ?schema=plants.`,
  );
}

export const migrationsFolder: string = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file in hex, as Prisma stores it. */
  checksum: string;
}

/** Reads the checked-in migrations, ordered by name; a name begins with a time. */
export async function readMigrations(folder: string = migrationsFolder): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Matches statements that create a name in the schema: tables, types, indexes, and the index of a primary key. */
const CREATES =
  /\bCREATE\s+(?:TABLE|TYPE|(?:UNIQUE\s+)?INDEX)\s+(?:IF\s+NOT\s+EXISTS\s+)?"((?:[^"]|"")+)"|\bCONSTRAINT\s+"((?:[^"]|"")+)"\s+(?:PRIMARY\s+KEY|UNIQUE)\b/gi;

const KINDS: Readonly<Record<string, string>> = { r: 'table', p: 'table', f: 'table', v: 'view', m: 'view', i: 'index', S: 'sequence' };

/** Returns the names that a migration creates in the schema. */
export function createdNames(sql: string): string[] {
  const code = sql.replaceAll(/--.*$/gm, '');
  return [...code.matchAll(CREATES)].map(([, created, key]) => (created ?? key ?? '').replaceAll('""', '"'));
}

/**
 * Fails before anything is written when a name that a pending migration creates is taken: by another application, or by a
 * migration of ours that was applied by hand.
 * @throws {MigrationError}
 */
export async function requireFreeNames(
  session: Session,
  migrations: readonly Migration[],
  { applied, failed }: History,
): Promise<void> {
  const pending = migrations.filter(({ name }) => !applied.has(name));
  const ours = new Set(migrations.filter(({ name }) => applied.has(name)).flatMap(({ sql }) => createdNames(sql)));
  const names = pending.flatMap(({ sql }) => createdNames(sql)).filter((name) => !ours.has(name));
  if (names.length === 0) return;
  const [taken] = await session.run<{ name: string; kind: string }>(
    `SELECT c.relname AS name, c.relkind::text AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY($2)
     UNION ALL
     SELECT t.typname, 'type' FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = $1 AND t.typname = ANY($2) AND t.typrelid = 0
     ORDER BY 2 DESC, 1`,
    [session.target.schema, names],
  );
  if (taken === undefined) return;
  const migration = pending.find(({ sql }) => createdNames(sql).includes(taken.name))?.name ?? '';
  const problem = `The schema "${session.target.schema}" of the database ${describeTarget(session.target)} has the ${KINDS[taken.kind] ?? 'type'} "${taken.name}"`;
  const sql = `packages/db/migrations/${migration}/migration.sql`;
  throw new MigrationError(
    failed.has(migration)
      ? `${problem}, which the migration ${migration} creates: that migration started and did not finish. Nothing was written. ` +
          `Compare the schema with ${sql}, drop what the migration created, then start again.`
      : `${problem}, which our migrations did not create. Nothing was written. Give this app a database or a schema of its ` +
          `own, such as ?schema=plants. (If a migration of this app was applied by hand, add its name to _prisma_migrations.)`,
  );
}
