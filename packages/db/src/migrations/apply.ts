import type { DiagnoseMigrationHistoryOutput, MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { type SchemaEngine, withEngine } from './engine.ts';
import { readMigrations } from './folder.ts';
import { withMigrationLock } from './lock.ts';
import { MigrationError } from './migration-error.ts';

/** We leave no table or enum of the schema to others. */
const filters = { externalTables: [], externalEnums: [] };

/**
 * Brings the database of `url` to the checked-in migrations; nothing happens when it is there already. Safe to run
 * from several starts at once.
 * @throws {DatabaseUnavailableError} @throws {MigrationError}
 */
export async function applyMigrations(url: string, folder?: string): Promise<{ applied: string[] }> {
  return withHistory(url, folder, async (engine, migrationsList, { failedMigrationNames }) => {
    // A migration is one transaction: one that did not end left nothing behind and may be tried again.
    for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
    return { applied: appliedMigrationNames };
  });
}

/**
 * Names of the checked-in migrations that are not in the database of `url`, oldest first.
 * @throws {DatabaseUnavailableError} @throws {MigrationError}
 */
export async function pendingMigrations(url: string, folder?: string): Promise<string[]> {
  return withHistory(url, folder, (_engine, { migrationDirectories }, diagnosis) => {
    const { failedMigrationNames, hasMigrationsTable, history } = diagnosis;
    const names = migrationDirectories.map(({ path }) => path);
    if (!hasMigrationsTable) return Promise.resolve(names);
    const unapplied = history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [];
    return Promise.resolve(names.filter((name) => failedMigrationNames.includes(name) || unapplied.includes(name)));
  });
}

async function withHistory<T>(
  url: string,
  folder: string | undefined,
  work: (engine: SchemaEngine, list: MigrationList, diagnosis: DiagnoseMigrationHistoryOutput) => Promise<T>,
): Promise<T> {
  const migrationsList = await readMigrations(folder);
  return withMigrationLock(url, () =>
    withEngine(url, async (engine) => {
      try {
        const about = { migrationsList, optInToShadowDatabase: false, filters };
        return await work(engine, migrationsList, await engine.diagnoseMigrationHistory(about));
      } catch (error) {
        throw new MigrationError(error);
      }
    }),
  );
}
