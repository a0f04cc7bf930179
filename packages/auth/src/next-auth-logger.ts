import { type Logger, redactAndCut } from '@plantcommunity/telemetry';
import type { LoggerInstance } from 'next-auth';

/** Everyday ends of a session are no faults of ours; what comes back from another service anybody can make up. */
const LEVELS: ReadonlyMap<string, 'debug' | 'warn'> = new Map([
  ['JWT_SESSION_ERROR', 'debug'],
  ['SIGNOUT_ERROR', 'debug'],
  ['OAUTH_CALLBACK_ERROR', 'warn'],
  ['OAUTH_CALLBACK_HANDLER_ERROR', 'warn'],
]);

/**
 * next-auth's words in our log. Its `/_log` route lets anybody write there: what is written is short, on one line and
 * redacted, and of the details only an error's message is kept.
 */
export function nextAuthLogger(logger: Logger): LoggerInstance {
  return {
    error(code, metadata) {
      logger[LEVELS.get(code) ?? 'error']({ code: redactAndCut(code), reason: reasonOf(metadata) }, '[AUTH] next-auth');
    },
    warn: (code) => logger.warn({ code: redactAndCut(code) }, '[AUTH] next-auth'),
    debug: (code) => logger.debug({ code: redactAndCut(code) }, '[AUTH] next-auth'),
  };
}

function reasonOf(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (metadata instanceof Error) return redactAndCut(metadata.message);
  return 'error' in metadata ? reasonOf(metadata.error) : undefined;
}
