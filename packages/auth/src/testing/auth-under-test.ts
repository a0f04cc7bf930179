import { systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { type Auth, type AuthOptions, createAuth } from '../auth.ts';

/** Creates auth with the options of a test; by default over plain http, silent, and without data elsewhere. */
export function authUnderTest(options: Pick<AuthOptions, 'database'> & Partial<AuthOptions>): Auth {
  return createAuth({
    secrets: ['a secret of at least 32 bytes.....'],
    appUrl: new URL('http://localhost:3000'),
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    eraseOwner: async () => undefined,
    ...options,
  });
}
