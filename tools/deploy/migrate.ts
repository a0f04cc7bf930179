// `node tools/deploy/migrate.ts`: applies the migrations of this release to the database of the settings, before its
// instances start. They must be those of the instances: a wrong one fails here, before anything is written.
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import { modeOf, readSettings, SettingsError } from '@plantcommunity/settings';
import { migrate } from '../start/migration.ts';
import { createLauncherOutput } from '../start/output.ts';

const mode = modeOf(process.env);
try {
  const { database } = readSettings(process.env, databaseUrlProblems);
  process.exitCode = await migrate(mode, database.url ?? '', database.directUrl);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  const { fail } = await createLauncherOutput(mode, process.stderr);
  fail(error.message);
  process.exitCode = 1;
}
