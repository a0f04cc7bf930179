import type { Prisma, PrismaClient, Role, Tier } from '@plantcommunity/db';
import type { Session } from './browser-sessions.ts';
import type { AppSession } from './tokens/access-token.ts';

/** The user who makes a request, as the database has them now. */
export interface Principal {
  userId: string;
  email: string;
  name?: string;
  role: Role;
  tier: Tier;
}

/** A user known only by the id in a signed session or token. */
export type ClaimedUser = Pick<Principal, 'userId'>;

/**
 * Returns the user of a browser or app session, with one query. Undefined when the account was removed or disabled, or
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

export const principalColumns = {
  id: true,
  email: true,
  name: true,
  role: true,
  tier: true,
} satisfies Prisma.UserSelect;

export function toPrincipal(row: Prisma.UserGetPayload<{ select: typeof principalColumns }>): Principal {
  const { id, email, name, role, tier } = row;
  return { userId: id, email, ...(name === null ? {} : { name }), role, tier };
}
