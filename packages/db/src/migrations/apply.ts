import { DatabaseError } from 'pg';
import { describeTarget } from '../connection/client-config.ts';
import { type DatabaseTarget, DatabaseUrlError } from '../connection/database-target.ts';
import { readDatabaseUrl } from '../connection/database-url.ts';
import { quoted } from '../table.ts';
import { type Migration, readMigrations } from './history.ts';
import { createHistory, readHistory, recordApplied } from './history.ts';
import { beginWithLock, type LockOptions } from './lock.ts';
import { describeFailure, MigrationError } from './session.ts';
import { type Session, withSession } from './session.ts';
import { requireFreeNames } from './history.ts';

/** Longest migration, in milliseconds. */
const MIGRATION_TIMEOUT_MS = 600_000;
/** Longest wait of a migration for a table, in milliseconds: all later statements on the table wait behind it. */
const TABLE_LOCK_MS = 10_000;
/**
 * Matches the first line of Prisma's generator: the schema may have another name, and the role no right to make one.
 */
const PUBLIC_SCHEMA = /^CREATE SCHEMA IF NOT EXISTS "public";$/m;

export interface MigrationOptions extends LockOptions {
  /** URL of the same database without its pooler. */
  directUrl?: string | undefined;
  /** Folder of the migrations; the checked-in ones by default. */
  folder?: string | undefined;
}

/**
 * Applies the migrations that the database of `url` does not have, all in one transaction. Safe to run from several
 * starts at once, also through a transaction pooler.
 * @throws {DatabaseUrlError} @throws {DatabaseUnavailableError} @throws {MigrationError}
 */
export async function applyMigrations(url: string, options: MigrationOptions = {}): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.folder);
  return withSession(migrationTarget(url, options.directUrl), async (session) => {
    if (options.directUrl !== undefined) await requireSameDatabase(session, url);
    const fail = (error: unknown, name?: string) => asMigrationError(error, session.target, name);
    await beginWithLock(session, options).catch((error: unknown) => {
      throw fail(error);
    });
    const pending = await pendingOf(session, migrations);
    if (pending.length > 0) {
      await prepareSchema(session).catch((error: unknown) => {
        throw fail(error);
      });
      for (const migration of pending) {
        await apply(session, migration).catch((error: unknown) => {
          throw fail(error, migration.name);
        });
      }
    }
    await session.run('COMMIT').catch((error: unknown) => {
      throw fail(error);
    });
    return { applied: pending.map(({ name }) => name) };
  });
}

/**
 * Returns the names of the migrations that the database of `url` does not have, oldest first. Writes nothing.
 * @throws {DatabaseUrlError} @throws {DatabaseUnavailableError} @throws {MigrationError}
 */
export async function pendingMigrations(
  url: string,
  { directUrl, folder }: Pick<MigrationOptions, 'directUrl' | 'folder'> = {},
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return withSession(migrationTarget(url, directUrl), async (session) => {
    await session.run('BEGIN READ ONLY');
    const pending = await pendingOf(session, migrations);
    await session.run('COMMIT');
    return pending.map(({ name }) => name);
  });
}

/** Returns the direct URL, if there is one, with the schema of the other URL, in which the app looks for its tables. */
function migrationTarget(url: string, directUrl: string | undefined): DatabaseTarget {
  const target = readDatabaseUrl(url);
  if (directUrl === undefined) return target;
  const direct = readDatabaseUrl(directUrl, 'DIRECT_DATABASE_URL');
  if (direct.namesSchema && direct.schema !== target.schema) {
    throw new DatabaseUrlError('DIRECT_DATABASE_URL', ['must name the same schema as DATABASE_URL, or none']);
  }
  return { ...direct, schema: target.schema };
}

/** @throws {MigrationError} when the two URLs lead to different databases */
async function requireSameDatabase(direct: Session, url: string): Promise<void> {
  const identity = async (session: Session) => {
    // As a number: as text the time would depend on the time zone, which roles and URLs may set.
    const query = `SELECT oid::text || ' ' || extract(epoch FROM pg_postmaster_start_time())::text AS identity
      FROM pg_database WHERE datname = current_database()`;
    const [row] = await session.run<{ identity: string }>(query);
    return row?.identity;
  };
  const target = readDatabaseUrl(url);
  if ((await withSession(target, identity)) === (await identity(direct))) return;
  throw new MigrationError(
    `DIRECT_DATABASE_URL leads to another database, ${describeTarget(direct.target)}, than DATABASE_URL, ` +
      `${describeTarget(target)}. Nothing was written.`,
  );
}

/** Returns the pending migrations. @throws {MigrationError} when a table belongs to another application */
async function pendingOf(session: Session, migrations: readonly Migration[]): Promise<Migration[]> {
  try {
    const history = await readHistory(session, migrations);
    await requireFreeNames(session, migrations, history);
    return migrations.filter(({ name }) => !history.applied.has(name));
  } catch (error) {
    throw asMigrationError(error, session.target);
  }
}

async function prepareSchema(session: Session): Promise<void> {
  const { schema } = session.target;
  const [found] = await session.run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found === undefined) await session.run(`CREATE SCHEMA ${quoted(schema)}`);
  await session.run(`SET LOCAL search_path = ${quoted(schema)}; SET LOCAL lock_timeout = ${TABLE_LOCK_MS}`);
  const [table] = await session.run(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = '_prisma_migrations'`,
    [schema],
  );
  if (table === undefined) await createHistory(session);
}

async function apply(session: Session, migration: Migration): Promise<void> {
  // Send the file as one message: a migration may contain semicolons in texts and functions.
  await session.run(migration.sql.replace(PUBLIC_SCHEMA, ''), [], MIGRATION_TIMEOUT_MS);
  await recordApplied(session, migration);
}

/** Adds a remedy to an error of the server; other errors have one already. */
function asMigrationError(error: unknown, { schema }: DatabaseTarget, name?: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const reason = describeFailure(error, `"${schema}"`);
  return new MigrationError(name === undefined ? reason : `Migration ${name}: ${reason}`, { cause: error });
}
