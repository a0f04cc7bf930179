import type { PrismaClient, Role, Tier } from '@plantcommunity/db';
import type { Session } from './session-token.ts';
import type { AppSession } from './tokens/access-token.ts';

/** Who is asking, as the database has them now. */
export interface Principal {
  userId: string;
  email: string;
  name?: string;
  role: Role;
  tier: Tier;
}

/**
 * The user of a session, unless they are gone, disabled, or their sessions were ended since; of an app's, unless that one
 * sign-in was.
 */
export async function principalOfSession(
  client: PrismaClient,
  session: Session | AppSession,
): Promise<Principal | undefined> {
  const user = await client.user.findUnique({
    where: {
      id: session.userId,
      ...('familyId' in session && { tokenFamilies: { some: { id: session.familyId } } }),
    },
    select: { id: true, email: true, name: true, role: true, tier: true, disabledAt: true, sessionEpoch: true },
  });
  if (user === null || user.disabledAt !== null || user.sessionEpoch !== session.epoch) return undefined;
  const { id, email, name, role, tier } = user;
  return { userId: id, email, ...(name === null ? {} : { name }), role, tier };
}
