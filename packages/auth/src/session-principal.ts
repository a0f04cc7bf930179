import type { PrismaClient } from '@plantcommunity/db';
import type { Session } from './browser-sessions.ts';
import { type Principal, principalColumns, toPrincipal } from './principal.ts';
import type { AppSession } from './tokens/access-token.ts';

/**
 * Returns the user of a browser or app session, with one query. Undefined when the account was deleted or disabled, or
 * when the session or all sessions of the user were ended.
 */
export async function principalOfSession(
  client: PrismaClient,
  session: Session | AppSession,
  now: number,
): Promise<Principal | undefined> {
  const user = await client.user.findUnique({
    where: {
      id: session.userId,
      ...('familyId' in session
        ? { tokenFamilies: { some: { id: session.familyId } } }
        : { browserSessions: { some: { id: session.sessionId, expiresAt: { gt: new Date(now) } } } }),
    },
    select: { ...principalColumns, disabledAt: true, sessionEpoch: true },
  });
  if (user === null || user.disabledAt !== null || user.sessionEpoch !== session.epoch) return undefined;
  return toPrincipal(user);
}
