// Brings the database of DATABASE_URL up to the checked-in migrations, by DIRECT_DATABASE_URL when that is set.
import { migrate } from '../migration.ts';

const { APP_ENV: mode, DATABASE_URL: url = '', DIRECT_DATABASE_URL: directUrl } = process.env;
process.exitCode = await migrate(mode, url, directUrl || undefined);
