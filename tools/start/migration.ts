import { applyMigrations } from '@plantcommunity/db/migrations';
import { createLauncherOutput } from './output.ts';

/**
 * Brings a database up to the checked-in migrations, and prints those that it applied as one line of JSON, or the error.
 * @param directUrl of the same database without its pooler
 * @returns the exit code
 */
export async function migrate(url: string, directUrl: string | undefined): Promise<0 | 1> {
  // Standard output is for the one line of JSON.
  const output = await createLauncherOutput(process.env['APP_ENV'], process.stderr);
  try {
    const { applied } = await applyMigrations(url, { directUrl, onWait: output.say });
    process.stdout.write(`${JSON.stringify({ applied })}\n`);
    return 0;
  } catch (error) {
    output.fail(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
