// Brings the database of DATABASE_URL up to the checked-in migrations, by DIRECT_DATABASE_URL when that is set.
import { migrate } from '../migration.ts';

process.exitCode = await migrate(process.env['DATABASE_URL'] ?? '', process.env['DIRECT_DATABASE_URL'] || undefined);
