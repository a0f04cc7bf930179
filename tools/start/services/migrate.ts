// Brings the database of DATABASE_URL up to the checked-in migrations, by DIRECT_DATABASE_URL when that is set.
import { applyMigrations } from '@plantcommunity/db/migrations';

try {
  const { applied } = await applyMigrations(process.env['DATABASE_URL'] ?? '', {
    directUrl: process.env['DIRECT_DATABASE_URL'] || undefined,
    onWait: (text) => process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify({ applied })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
