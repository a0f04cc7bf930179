import type { Prisma, Role, Tier } from '@plantcommunity/db';

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

/** The columns of a user that `toPrincipal` reads. */
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
