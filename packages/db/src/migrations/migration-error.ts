/** A migration that could not be applied; nothing of it is in the database. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code = 'migration_failed';

  constructor(cause: unknown) {
    super(reasonFromEngine(cause), { cause });
  }
}

/** What the engine said went wrong and with which migration, on one line, without the trace through its own source. */
export function reasonFromEngine(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error);
  const [said = '', trace = ''] = text.split(/\n\s*0: /, 2);
  const migration = /migration_name="([^"]+)"/.exec(trace)?.[1];
  const reason = said
    .replace(/^external connector error\s/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return migration === undefined ? reason : `Migration ${migration}: ${reason}`;
}
