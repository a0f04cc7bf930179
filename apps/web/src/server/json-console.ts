import { formatWithOptions, stripVTControlCharacters } from 'node:util';
import type { Logger } from '@plantcommunity/telemetry';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error', trace: 'debug' } as const;
/** Matches the sign with which Next marks the severity of a message; the log level replaces it. */
const MARK = /^\s*[⨯⚠✓▲○]\s*/u;

/**
 * Logs everything that Next, a library or Node itself prints as JSON lines, the only format that log collectors parse.
 * An uncaught exception is logged as one line, too, and exits the process with 1.
 */
export function logConsoleAsJson(logger: Logger): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    Reflect.set(console, method, (...parts: unknown[]) => {
      const error = parts.find((part) => part instanceof Error);
      const text = parts.filter((part) => part !== error);
      const message = stripVTControlCharacters(formatWithOptions({ breakLength: Number.POSITIVE_INFINITY }, ...text));
      logger[level](error === undefined ? {} : { err: error }, message.replace(MARK, '').trim() || error?.message);
    });
  }
  // Node prints warnings itself unless its own listener is gone.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn({ err: warning }, warning.message));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'Uncaught exception: exiting');
    process.exit(1);
  });
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'Unhandled promise rejection'));
}
