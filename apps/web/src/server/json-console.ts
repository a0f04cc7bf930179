import { formatWithOptions, stripVTControlCharacters } from 'node:util';
import type { Logger } from '@plantcommunity/telemetry';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error', trace: 'debug' } as const;
/** Next marks the kind of a message with one of these; the level says it here. */
const MARK = /^\s*[⨯⚠✓▲○]\s*/u;

/**
 * Makes one JSON line of everything that Next, a library or Node itself prints: collectors of the log read nothing else.
 * A process that ends by an error nothing caught says so in one line, too, and exits with 1.
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
    logger.fatal({ err: error }, 'The process ends: an error was not caught');
    process.exit(1);
  });
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'A rejected promise was not handled'));
}
