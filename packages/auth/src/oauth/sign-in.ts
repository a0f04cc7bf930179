import type { PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { AuthError } from '../auth-error.ts';
import { requireName } from '../input-rules.ts';
import type { SignedIn } from '../sign-in.ts';
import { insertUser, normalizeEmail } from '../users.ts';
import type { EmailProblem, Person } from './person.ts';
import type { OAuthProvider } from './providers.ts';

/** @throws {OAuthRefusal} */
export type OAuthSignIn = (provider: OAuthProvider, person: Person) => Promise<SignedIn>;

type Reason = 'OAuthAccountNotLinked' | EmailProblem | 'AccessDenied';

/** A refused sign-in with another service; next-auth puts the message into the URL of the login page. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
}

/**
 * Signs in the account that is linked to the account of another service, or creates one for its verified address. Never
 * links an existing account that has the address: the person who registered it may not own the address, and would
 * share the account with its owner.
 */
export function createOAuthSignIn(client: PrismaClient, clock: Clock, logger: Logger): OAuthSignIn {
  return async ({ issuer, name: provider }, { email, emailProblem, name, sub: subject }) => {
    const user = (await findLinked()) ?? (await createLinked());
    if (user.disabledAt !== null) throw refusal('AccessDenied', user.id);
    logger.info({ userId: user.id, provider }, '[AUTH] Signed in');
    return { userId: user.id, epoch: user.sessionEpoch };

    async function findLinked() {
      const linked = await client.linkedAccount.findUnique({
        where: { issuer_subject: { issuer, subject } },
        select: { user: { select: { id: true, disabledAt: true, sessionEpoch: true } } },
      });
      return linked?.user;
    }

    async function createLinked() {
      const address = normalizeEmail(email ?? '');
      if (address === undefined) throw refusal(emailProblem ?? 'EmailNotVerified');
      const linkedAccounts = { create: { issuer, subject, createdAt: new Date(clock.now()) } };
      try {
        const { userId } = await insertUser(client, clock, { email: address, name: nameOf(name), linkedAccounts });
        logger.info({ userId, provider }, '[AUTH] Registered');
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
      }
      // Of two concurrent sign-ins, the second finds the account that the first created.
      const created = await findLinked();
      if (created === undefined) throw refusal('OAuthAccountNotLinked');
      return created;
    }

    function refusal(reason: Reason, userId?: string): OAuthRefusal {
      logger.warn({ reason, provider, ...(userId === undefined ? {} : { userId }) }, '[AUTH] Sign-in refused');
      return new OAuthRefusal(reason);
    }
  };
}

/** Returns a name that follows our rules; null when the service's name does not. */
function nameOf(value: string | undefined): string | null {
  try {
    return requireName(value) ?? null;
  } catch {
    return null;
  }
}
