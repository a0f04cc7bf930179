import { Prisma, type PrismaClient, pageOf, type Role, type Tier, table } from '@plantcommunity/db';
import { DELETED_DOMAIN } from './delete-account.ts';

/** Which accounts are listed; each member narrows the list. */
export interface AccountQuery {
  /** Part of the e-mail address or the name; ignores case. */
  search?: string | undefined;
  role?: Role | undefined;
  tier?: Tier | undefined;
  isDisabled?: boolean | undefined;
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** An account as operators see it in a list. */
export interface AccountSummary {
  userId: string;
  email: string;
  name?: string;
  role: Role;
  tier: Tier;
  createdAt: Date;
  disabledAt?: Date;
}

/** Accounts, the newest first. */
export interface AccountPage {
  accounts: readonly AccountSummary[];
  /** Number of all accounts that match, on all pages. */
  total: number;
  /** Present when there are older accounts that match. */
  nextCursor?: string;
}

interface Row {
  id: string;
  email: string;
  name: string | null;
  role: Role;
  tier: Tier;
  createdAt: Date;
  disabledAt: Date | null;
}

/**
 * Lists accounts, the newest first, without those that were deleted. The cursor is a place in this order, so that
 * accounts which are made meanwhile neither repeat nor skip any.
 */
export async function listAccounts(client: PrismaClient, query: AccountQuery): Promise<AccountPage> {
  const matching = Prisma.join(conditions(query), ' AND ');
  const after = placeOf(query.cursor);
  const older =
    after === undefined
      ? Prisma.sql`TRUE`
      : Prisma.sql`("createdAt", "id") < (${after.createdAt}::timestamp(3), ${after.id})`;
  const [rows, [counted]] = await Promise.all([
    client.$queryRaw<Row[]>`
      SELECT "id", "email", "name", "role"::text AS "role", "tier"::text AS "tier", "createdAt", "disabledAt"
      FROM ${table('User')} WHERE ${matching} AND ${older}
      ORDER BY "createdAt" DESC, "id" DESC LIMIT ${query.limit + 1}`,
    client.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS "total" FROM ${table('User')} WHERE ${matching}`,
  ]);
  const { rows: listed, ...next } = pageOf(rows, { limit: query.limit, cursorOf });
  return { accounts: listed.map(summaryOf), total: counted?.total ?? 0, ...next };
}

function conditions({ isDisabled, role, search, tier }: AccountQuery): Prisma.Sql[] {
  const all = [Prisma.sql`"email" NOT LIKE ${`%${DELETED_DOMAIN}`}`];
  if (search !== undefined) {
    // Compares texts without patterns: `%` and `_` are characters like any other.
    all.push(Prisma.sql`(position(lower(${search}::text) in lower("email")) > 0
      OR position(lower(${search}::text) in lower("name")) > 0)`);
  }
  if (role !== undefined) all.push(Prisma.sql`"role"::text = ${role}`);
  if (tier !== undefined) all.push(Prisma.sql`"tier"::text = ${tier}`);
  if (isDisabled !== undefined) all.push(Prisma.sql`("disabledAt" IS NOT NULL) = ${isDisabled}`);
  return all;
}

const CURSOR = /^(\d{1,15})\.(.{1,100})$/;

function cursorOf({ createdAt, id }: Row): string {
  return `${createdAt.getTime()}.${id}`;
}

/** Reads a cursor; one that this list never gave out begins at the first page. */
function placeOf(cursor: string | undefined): { createdAt: Date; id: string } | undefined {
  const [, time, id] = CURSOR.exec(cursor ?? '') ?? [];
  return time === undefined || id === undefined ? undefined : { createdAt: new Date(Number(time)), id };
}

export function summaryOf({ createdAt, disabledAt, email, id, name, role, tier }: Row): AccountSummary {
  return {
    userId: id,
    email,
    ...(name !== null && { name }),
    role,
    tier,
    createdAt,
    ...(disabledAt !== null && { disabledAt }),
  };
}
