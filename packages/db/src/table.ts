import { Prisma } from './generated/client.ts';

/** Placeholder of the schema in raw SQL, which the adapter replaces by the name. */
const PLACEHOLDER = '"{schema}"';

/**
 * Names a table in raw SQL: `SELECT 1 FROM ${table('User')}`. A bare name would depend on the session's search_path,
 * which does not survive a transaction pooler.
 */
export function table(name: Prisma.ModelName): Prisma.Sql {
  return Prisma.raw(`${PLACEHOLDER}."${name}"`);
}

/** Quotes an identifier for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Replaces the placeholder in raw SQL that names tables by `table`. */
export function inSchema(sql: string, schema: string): string {
  return sql.replaceAll(PLACEHOLDER, () => quoted(schema));
}
