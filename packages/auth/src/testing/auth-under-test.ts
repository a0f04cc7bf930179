import { systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { type Auth, type AuthOptions, createAuth } from '../auth.ts';

/** What a test gives, else: over plain http, silent, and with nothing kept for users elsewhere. */
export function authUnderTest(given: Pick<AuthOptions, 'database'> & Partial<AuthOptions>): Auth {
  return createAuth({
    secrets: ['a secret of at least 32 bytes.....'],
    appUrl: new URL('http://localhost:3000'),
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    eraseOwner: async () => undefined,
    ...given,
  });
}
