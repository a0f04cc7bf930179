import { randomUUID } from 'node:crypto';
import { DatabaseError } from 'pg';
import { describeTarget } from '../connection/client-config.ts';
import { quoted } from '../table.ts';
import type { Migration } from './folder.ts';
import { MigrationError } from './migration-error.ts';
import type { Session } from './session.ts';

/** Prisma's table, whose columns we keep. */
const TABLE = '_prisma_migrations';
/** Codes of PostgreSQL: a column is missing, or the role may not read. */
const UNDEFINED_COLUMN = '42703';
const NOT_ALLOWED = '42501';

/** The migrations in the database. */
export interface History {
  hasTable: boolean;
  applied: ReadonlySet<string>;
  /** Migrations that began and did not end. */
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
  if (table.kind !== 'r') throw notOurs(session, 'it is no plain table');
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

/** Creates the table that holds the history, as Prisma does. */
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

/** Records that a migration is applied, and that an earlier attempt at it left nothing. */
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
