// `node tools/deploy/migrate.ts`: applies the migrations of this release to the database of the settings, before its
// instances start. They must be those of the instances: a wrong one fails here, before anything is written.
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import { readSettings, type Settings, SettingsError } from '@plantcommunity/settings';
import { migrate } from '../start/migration.ts';

const { database } = settingsOrExit();
process.exitCode = await migrate(database.url ?? '', database.directUrl);

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env, databaseUrlProblems);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
