import type { PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { AuthError } from '../auth-error.ts';
import { normalizeEmail } from '../email.ts';
import { requireName } from '../name.ts';
import type { SignedIn } from '../sign-in.ts';
import { insertUser } from '../users.ts';
import type { OAuthProvider } from './oauth-providers.ts';
import type { EmailProblem, Person } from './person.ts';

/** @throws {OAuthRefusal} */
export type OAuthSignIn = (provider: OAuthProvider, person: Person) => Promise<SignedIn>;

type Reason = 'OAuthAccountNotLinked' | EmailProblem | 'AccessDenied';

/** Why the account of another service opens none of ours; its message is put into the address of the login page. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
}

/**
 * The account that belongs to the account of another service, else a new one for its verified address. Never one that
 * has that address already: whoever registered it may not own it, and would sit in the account of the one who does.
 */
export function createOAuthSignIn(client: PrismaClient, clock: Clock, logger: Logger): OAuthSignIn {
  return async ({ issuer, name: provider }, { email, emailProblem, name, sub: subject }) => {
    const found = (await findLinked()) ?? (await makeUser());
    if (found.disabledAt !== null) throw refused('AccessDenied', found.id);
    logger.info({ userId: found.id, provider }, '[AUTH] Signed in');
    return { userId: found.id, epoch: found.sessionEpoch };

    async function findLinked() {
      const linked = await client.linkedAccount.findUnique({
        where: { issuer_subject: { issuer, subject } },
        select: { user: { select: { id: true, disabledAt: true, sessionEpoch: true } } },
      });
      return linked?.user;
    }

    async function makeUser() {
      const address = normalizeEmail(email ?? '');
      if (address === undefined) throw refused(emailProblem ?? 'EmailNotVerified');
      const linkedAccounts = { create: { issuer, subject, createdAt: new Date(clock.now()) } };
      try {
        const { userId } = await insertUser(client, clock, { email: address, name: nameOf(name), linkedAccounts });
        logger.info({ userId, provider }, '[AUTH] Registered');
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
      }
      // Also when they came in twice at the same time: the other one has made it.
      const made = await findLinked();
      if (made === undefined) throw refused('OAuthAccountNotLinked');
      return made;
    }

    function refused(reason: Reason, userId?: string): OAuthRefusal {
      logger.warn({ reason, provider, ...(userId === undefined ? {} : { userId }) }, '[AUTH] Sign-in refused');
      return new OAuthRefusal(reason);
    }
  };
}

/** Theirs may be one that nobody may choose here: then none. */
function nameOf(value: string | undefined): string | null {
  try {
    return requireName(value) ?? null;
  } catch {
    return null;
  }
}
