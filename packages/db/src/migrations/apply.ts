import { reasonFromEngine } from './engine-error.ts';
import { withEngine } from './engine.ts';
import { readMigrations } from './folder.ts';
import { withMigrationLock } from './lock.ts';

/** We leave no table or enum of the schema to others. */
const filters = { externalTables: [], externalEnums: [] };

/** A migration that could not be applied; nothing of it is in the database. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code = 'migration_failed';
}

/**
 * Brings the database of `url` to the checked-in migrations; nothing happens when it is there already. Safe to run
 * from several starts at once.
 * @throws {DatabaseUnavailableError} @throws {MigrationError}
 */
export async function applyMigrations(url: string, folder?: string): Promise<{ applied: string[] }> {
  const migrationsList = await readMigrations(folder);
  return withMigrationLock(url, () =>
    withEngine(url, async (engine) => {
      try {
        // A migration is one transaction: one that did not end left nothing behind and may be tried again.
        const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
          migrationsList,
          optInToShadowDatabase: false,
          filters,
        });
        for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
        const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
        return { applied: appliedMigrationNames };
      } catch (error) {
        throw new MigrationError(reasonFromEngine(error), { cause: error });
      }
    }),
  );
}

/**
 * Names of the checked-in migrations that the database of `url` has not seen yet.
 * @throws {DatabaseUnavailableError} @throws {MigrationError}
 */
export async function pendingMigrations(url: string, folder?: string): Promise<string[]> {
  const migrationsList = await readMigrations(folder);
  return withMigrationLock(url, () =>
    withEngine(url, async (engine) => {
      try {
        const diagnosis = await engine.diagnoseMigrationHistory({
          migrationsList,
          optInToShadowDatabase: false,
          filters,
        });
        if (!diagnosis.hasMigrationsTable) return migrationsList.migrationDirectories.map(({ path }) => path);
        const { history, failedMigrationNames } = diagnosis;
        const unapplied = history && 'unappliedMigrationNames' in history ? history.unappliedMigrationNames : [];
        return [...new Set([...failedMigrationNames, ...unapplied])].toSorted();
      } catch (error) {
        throw new MigrationError(reasonFromEngine(error), { cause: error });
      }
    }),
  );
}
