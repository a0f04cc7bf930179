// Brings the database of DATABASE_URL up to the checked-in migrations. A process of its own: the schema engine is large
// and is needed once.
import { applyMigrations } from '@plantcommunity/db/migrations';

try {
  const { applied } = await applyMigrations(process.env['DATABASE_URL'] ?? '');
  process.stdout.write(`${JSON.stringify({ applied })}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// The engine leaves a pool behind whose idle timer would hold this process for ten seconds, and every start with it.
process.exit();
