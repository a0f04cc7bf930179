import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@plantcommunity/settings';
import { createLogger, type Logger } from '@plantcommunity/telemetry';

/**
 * Replaces `createAppLogger` of the web app in the bench's own build: JSON lines as in production, but to a file, since
 * the lines of an app under load would hide the table in a terminal.
 */
export async function createAppLogger({ dataDir, logLevel }: Pick<Settings, 'dataDir' | 'logLevel'>): Promise<Logger> {
  const file = openSync(join(dataDir, 'app.log'), 'a');
  return createLogger({ level: logLevel, destination: { write: (line) => void writeSync(file, line) } });
}

/** Ends a process that cannot start or listen, with the reason. */
export function exitWithReason(reason: string): never {
  writeSync(2, `${reason}\n`);
  process.exit(1);
}
