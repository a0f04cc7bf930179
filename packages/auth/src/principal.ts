import type { PrismaClient, Role, Tier } from '@plantcommunity/db';
import type { Session } from './session-token.ts';

/** Who is asking, as the database has them now. */
export interface Principal {
  userId: string;
  email: string;
  name?: string;
  role: Role;
  tier: Tier;
}

/** The user of a session, unless they are gone, disabled, or their sessions were ended since. */
export async function principalOfSession(client: PrismaClient, session: Session): Promise<Principal | undefined> {
  const user = await client.user.findUnique({
    where: { id: session.userId },
    select: { id: true, email: true, name: true, role: true, tier: true, disabledAt: true, sessionEpoch: true },
  });
  if (user === null || user.disabledAt !== null || user.sessionEpoch !== session.epoch) return undefined;
  const { id, email, name, role, tier } = user;
  return { userId: id, email, ...(name === null ? {} : { name }), role, tier };
}
