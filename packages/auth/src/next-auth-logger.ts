import { type Logger, redactAndCut } from '@plantcommunity/telemetry';
import type { LoggerInstance } from 'next-auth';

/**
 * Everyday ends of a session are no faults of ours; what comes back from another service anybody can make up, and what a
 * request says of where to lead, too.
 */
const LEVELS: ReadonlyMap<string, 'debug' | 'warn'> = new Map([
  ['JWT_SESSION_ERROR', 'debug'],
  ['SIGNOUT_ERROR', 'debug'],
  ['OAUTH_CALLBACK_ERROR', 'warn'],
  ['OAUTH_CALLBACK_HANDLER_ERROR', 'warn'],
  ['INVALID_CALLBACK_URL_ERROR', 'warn'],
  ['AUTH_ON_ERROR_PAGE_ERROR', 'warn'],
  ['LOGGER_ERROR', 'warn'],
]);

/**
 * Writes next-auth's messages to our log. Requests control parts of them (its `/_log` route, which we close, would
 * accept any text), so each is cut, put on one line and redacted, and only an error's message is kept of the details. A
 * message without an Error may come from a client, and is a warning unless `LEVELS` says otherwise.
 */
export function nextAuthLogger(logger: Logger): LoggerInstance {
  return {
    error(code, metadata) {
      const error = errorIn(metadata);
      const level = LEVELS.get(code) ?? (error === undefined ? 'warn' : 'error');
      logger[level]({ code: redactAndCut(code), reason: error && redactAndCut(error.message) }, '[AUTH] next-auth');
    },
    warn: (code) => logger.warn({ code: redactAndCut(code) }, '[AUTH] next-auth'),
    debug: (code) => logger.debug({ code: redactAndCut(code) }, '[AUTH] next-auth'),
  };
}

function errorIn(metadata: unknown): Error | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (metadata instanceof Error) return metadata;
  return 'error' in metadata ? errorIn(metadata.error) : undefined;
}
