import { Prisma, type PrismaClient, pageOf, table } from '@plantcommunity/db';
import { displayNameOf, PROVIDER_NAMES } from '@plantcommunity/identification';
import { type AuditAction, type AuditRecord, auditChange } from './audit-entry.ts';

/** Which entries are listed; each member narrows the list. Texts match anywhere and ignore case. */
export interface AuditFilter {
  /** Part of the e-mail address of the person who acted. */
  who?: string | undefined;
  actions?: readonly AuditAction[] | undefined;
  /** Part of a provider's name or of a user's e-mail address, or the whole id of a user or an alert. */
  target?: string | undefined;
  /** The first moment. */
  from?: Date | undefined;
  /** The moment after the last. */
  to?: Date | undefined;
  /** Part of the reason. */
  reason?: string | undefined;
}

export interface AuditQuery extends AuditFilter {
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

/** Entries, newest first. */
export interface AuditPage {
  entries: readonly AuditRecord[];
  /** Present when there are older entries that match. */
  nextCursor?: string;
}

interface Row {
  id: string;
  at: Date;
  action: string;
  target: string;
  reason: string;
  before: unknown;
  after: unknown;
  requestId: string | null;
  address: string | null;
  actor: string | null;
  targetEmail: string | null;
}

/** Pages that are read at most to find an entry that this version can read. */
const MAX_READS = 10;

/**
 * Lists entries, newest first. The cursor is the id of the last entry. Entries of another version, which this one cannot
 * read, are left out: during an update both versions run. A page of such entries alone is skipped, so that a page is empty
 * only when no entry is left, or {@link MAX_READS} pages had none; that page still leads on.
 */
export async function listAudit(client: PrismaClient, query: AuditQuery): Promise<AuditPage> {
  const { limit } = query;
  let { cursor } = query;
  for (let reads = 1; ; reads += 1) {
    const { nextCursor, rows } = pageOf(await readRows(client, { ...query, cursor }), {
      limit,
      cursorOf: ({ id }) => id,
    });
    const entries = rows.flatMap(recordOf);
    if (nextCursor === undefined) return { entries };
    if (entries.length > 0 || reads === MAX_READS) return { entries, nextCursor };
    cursor = nextCursor;
  }
}

/** Reads the entries of a page, and one more. */
function readRows(client: PrismaClient, query: AuditQuery): Promise<Row[]> {
  return client.$queryRaw<Row[]>`
    SELECT entry."id", entry."at", entry."action", entry."target", entry."reason", entry."before", entry."after",
      entry."requestId", entry."address", actor."email" AS "actor", subject."email" AS "targetEmail"
    FROM ${table('AuditEntry')} entry
    LEFT JOIN ${table('User')} actor ON actor."id" = entry."actorId"
    LEFT JOIN ${table('User')} subject ON subject."id" = entry."target" AND entry."action" LIKE 'user.%'
    WHERE ${Prisma.join(conditions(query), ' AND ')}
    ORDER BY entry."id" DESC LIMIT ${query.limit + 1}`;
}

function conditions({ actions, cursor, from, reason, target, to, who }: AuditQuery): Prisma.Sql[] {
  const all = [Prisma.sql`TRUE`];
  if (cursor !== undefined) all.push(Prisma.sql`entry."id" < ${cursor}`);
  if (who !== undefined) all.push(contains(Prisma.sql`actor."email"`, who));
  if (actions !== undefined) all.push(Prisma.sql`entry."action" = ANY(${[...actions]}::text[])`);
  if (target !== undefined) {
    const [words, providers] = [target.toLowerCase(), providersNamed(target)];
    all.push(Prisma.sql`(lower(entry."target") = ${words} OR entry."target" = ANY(${providers}::text[])
      OR ${contains(Prisma.sql`subject."email"`, target)})`);
  }
  if (from !== undefined) all.push(Prisma.sql`entry."at" >= ${from}`);
  if (to !== undefined) all.push(Prisma.sql`entry."at" < ${to}`);
  if (reason !== undefined) all.push(contains(Prisma.sql`entry."reason"`, reason));
  return all;
}

/** Compares texts without patterns: `%` and `_` are characters like any other. */
function contains(column: Prisma.Sql, text: string): Prisma.Sql {
  return Prisma.sql`position(lower(${text}::text) in lower(${column})) > 0`;
}

/** Returns the providers whose name, or name on pages, has `text` in it. */
function providersNamed(text: string): string[] {
  const words = text.toLowerCase();
  return PROVIDER_NAMES.filter((name) =>
    [name, displayNameOf(name)].some((spelling) => spelling.toLowerCase().includes(words)),
  );
}

/** Returns nothing for an entry of another version, whose action, target or change is unknown. */
function recordOf(row: Row): readonly AuditRecord[] {
  const { action, actor, address, after, at, before, id, reason, requestId, target, targetEmail } = row;
  const change = auditChange.safeParse({ action, target, before, after });
  if (!change.success) return [];
  const record: AuditRecord = {
    ...change.data,
    id,
    at,
    reason,
    ...(actor !== null && { actor }),
    ...(targetEmail !== null && { targetEmail }),
    ...(requestId !== null && { requestId }),
    ...(address !== null && { address }),
  };
  return [record];
}
