import { applyMigrations } from '@plantcommunity/db/migrations';

/**
 * Brings a database up to the checked-in migrations, and prints those that it applied as one line of JSON, or the error.
 * @param directUrl of the same database without its pooler
 * @returns the exit code
 */
export async function migrate(url: string, directUrl: string | undefined): Promise<0 | 1> {
  try {
    const { applied } = await applyMigrations(url, {
      directUrl,
      onWait: (text) => process.stderr.write(`${text}\n`),
    });
    process.stdout.write(`${JSON.stringify({ applied })}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
