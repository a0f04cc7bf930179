// Brings the database of DATABASE_URL up to the checked-in migrations, by DIRECT_DATABASE_URL when that is set.
import { modeOf } from '@plantcommunity/settings';
import { migrate } from '../migration.ts';

const { DATABASE_URL: url = '', DIRECT_DATABASE_URL: directUrl } = process.env;
process.exitCode = await migrate(modeOf(process.env), url, directUrl || undefined);
