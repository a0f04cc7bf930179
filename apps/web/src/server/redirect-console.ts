import { formatWithOptions, stripVTControlCharacters } from 'node:util';
import type { Logger } from '@plantcommunity/telemetry';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error', trace: 'debug' } as const;
/** Matches the sign with which Next marks the severity of a message; the log level replaces it. */
const MARK = /^\s*[⨯⚠✓▲○]\s*/u;

/**
 * Turns everything that Next, a library or Node itself prints into log entries, so that log collectors find nothing else
 * on standard output and error. An uncaught exception is logged as one entry, too, and exits the process with 1.
 */
export function redirectConsole(logger: Logger): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    Reflect.set(console, method, (...parts: unknown[]) => {
      const error = parts.find((part) => part instanceof Error);
      const text = parts.filter((part) => part !== error);
      const message = stripVTControlCharacters(formatWithOptions({ breakLength: Number.POSITIVE_INFINITY }, ...text));
      logger[level](error === undefined ? {} : { err: error }, message.replace(MARK, '').trim() || error?.message);
    });
  }
  redirectStream(process.stdout, (line) => logger.info(line));
  redirectStream(process.stderr, (line) => logger.warn(line));
  // Node prints warnings itself unless its own listener is gone.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn({ err: warning }, warning.message));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'Uncaught exception: exiting');
    process.exit(1);
  });
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'Unhandled promise rejection'));
}

/** Passes each line written to a stream to `log`. The logger itself writes to the descriptor, not to the stream. */
function redirectStream(stream: NodeJS.WriteStream, log: (line: string) => void): void {
  Reflect.set(stream, 'write', (chunk: string | Uint8Array, ...rest: (string | (() => void) | undefined)[]) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const line of stripVTControlCharacters(text).split(/[\r\n]+/)) if (line.trim() !== '') log(line.trim());
    const written = rest.at(-1);
    if (typeof written === 'function') process.nextTick(written);
    return true;
  });
}
