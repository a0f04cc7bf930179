import { applyMigrations } from '@plantcommunity/db/migrations';
import type { Settings } from '@plantcommunity/settings';
import { createLauncherOutput } from './output.ts';

/**
 * Brings a database up to the checked-in migrations. Prints those that it applied to standard output, as one line of JSON
 * or in production one log entry, and everything else, such as the error, to standard error.
 * @param directUrl of the same database without its pooler
 * @returns the exit code
 */
export async function migrate(mode: Settings['mode'], url: string, directUrl: string | undefined): Promise<0 | 1> {
  const [{ result }, { fail, say }] = await Promise.all([
    createLauncherOutput(mode, process.stdout),
    createLauncherOutput(mode, process.stderr),
  ]);
  try {
    const { applied } = await applyMigrations(url, { directUrl, onWait: say });
    result('The database has the migrations of this release', { applied });
    return 0;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
