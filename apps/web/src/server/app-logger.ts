import { writeSync } from 'node:fs';
import { modeOf, type Settings } from '@plantcommunity/settings';
import { createLogger, type Logger } from '@plantcommunity/telemetry';

/**
 * Creates the logger of this process on standard output: JSON lines for log collectors in production, lines for people in
 * development. The library that formats those is loaded in development only.
 */
export async function createAppLogger({ logLevel, mode }: Pick<Settings, 'logLevel' | 'mode'>): Promise<Logger> {
  if (mode === 'production') return createLogger({ level: logLevel });
  const { readableDestination } = await import('@plantcommunity/telemetry/readable-log');
  return createLogger({ level: logLevel, destination: readableDestination() });
}

/**
 * Ends a process that cannot start or listen, with the reason for its operator: a text on standard error in development,
 * one log entry for each line of it in production. Reads the mode itself, since the settings may be the reason.
 */
export function exitWithReason(reason: string): never {
  if (modeOf(process.env) === 'development') writeSync(2, `${reason}\n`);
  else {
    const logger = createLogger({ level: 'fatal' });
    for (const line of reason.split('\n')) logger.fatal(line.trim());
  }
  process.exit(1);
}
