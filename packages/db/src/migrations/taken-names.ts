import { describeTarget } from '../connection/client-config.ts';
import type { Migration } from './folder.ts';
import type { History } from './history.ts';
import { MigrationError } from './migration-error.ts';
import type { Session } from './session.ts';

/** Matches statements that make a name in the schema: of tables, types, indexes, and the index of a primary key. */
const MAKES =
  /\bCREATE\s+(?:TABLE|TYPE|(?:UNIQUE\s+)?INDEX)\s+(?:IF\s+NOT\s+EXISTS\s+)?"((?:[^"]|"")+)"|\bCONSTRAINT\s+"((?:[^"]|"")+)"\s+(?:PRIMARY\s+KEY|UNIQUE)\b/gi;

const KINDS: Readonly<Record<string, string>> = { r: 'table', p: 'table', f: 'table', v: 'view', m: 'view', i: 'index', S: 'sequence' };

/** Returns the names that a migration makes in the schema. */
export function namesMadeBy(sql: string): string[] {
  const code = sql.replaceAll(/--.*$/gm, '');
  return [...code.matchAll(MAKES)].map(([, made, key]) => (made ?? key ?? '').replaceAll('""', '"'));
}

/**
 * Stops before anything is written when a name that a pending migration makes is taken already: another application's,
 * or left by a migration of ours that was applied by hand.
 * @throws {MigrationError}
 */
export async function demandFreeNames(
  session: Session,
  migrations: readonly Migration[],
  { applied, failed }: History,
): Promise<void> {
  const pending = migrations.filter(({ name }) => !applied.has(name));
  const ours = new Set(migrations.filter(({ name }) => applied.has(name)).flatMap(({ sql }) => namesMadeBy(sql)));
  const names = pending.flatMap(({ sql }) => namesMadeBy(sql)).filter((name) => !ours.has(name));
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
  const maker = pending.find(({ sql }) => namesMadeBy(sql).includes(taken.name))?.name ?? '';
  const about = `The schema "${session.target.schema}" of the database ${describeTarget(session.target)} has the ${KINDS[taken.kind] ?? 'type'} "${taken.name}"`;
  const sql = `packages/db/migrations/${maker}/migration.sql`;
  throw new MigrationError(
    failed.has(maker)
      ? `${about}, which the migration ${maker} makes: that migration began and did not end. Nothing was written. ` +
          `Compare the schema with ${sql} and drop what it left, then start again.`
      : `${about}, which our migrations did not make. Nothing was written. Give this app a database or a schema of its ` +
          `own, such as ?schema=plants. (If it is ours, applied by hand, its name belongs into _prisma_migrations.)`,
  );
}
