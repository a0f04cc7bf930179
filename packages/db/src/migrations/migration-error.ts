/** Error of migrations that could not be applied; the database is unchanged. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code = 'migration_failed';
}

/** Returns the message of an error on one line, with a remedy. */
export function describeFailure(error: unknown, schema: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = text.replaceAll(/\s+/g, ' ').trim();
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === '42501') {
    return `${said}. The role of DATABASE_URL needs CREATE on the schema ${schema}, or on the database if the schema is not there yet, and owns the tables it changes.`;
  }
  if (code === '25006') return `${said}. The server takes no writes: DATABASE_URL must lead to the primary.`;
  if (code === '55P03') return `${said}. A statement or a transaction holds the table: end it, then start again.`;
  return said;
}
