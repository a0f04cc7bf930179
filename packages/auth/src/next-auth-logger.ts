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
 * next-auth's words in our log. Requests can make up parts of them, and its `/_log` route, which we close, would take
 * any: what is written is short, on one line and redacted, and of the details only an error's message is kept. No error
 * can be posted, while next-auth's own faults bring one: without it nothing is as grave as a fault of ours.
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
