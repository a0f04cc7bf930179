import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { isValid } from 'ulid';
import type { Feedback, FeedbackRating } from '../types.ts';
import { databaseId } from './database-identity.ts';
import { memoize } from './memoize.ts';
import { expiredBefore, failedTry, queueState, type RequestQueue } from './request-queue.ts';
import { searchText } from './search-text.ts';
import { storedResult } from './stored-json.ts';
import type { StoreContext, StoredFeedback } from './types.ts';

/** The columns of which a stored feedback is read. */
export const feedbackColumns = { rating: true, name: true, createdAt: true } satisfies Prisma.FeedbackSelect;

export function readFeedback({
  createdAt,
  name,
  rating,
}: Prisma.FeedbackGetPayload<{ select: typeof feedbackColumns }>): StoredFeedback {
  return { rating, ...(name !== null && { name }), createdAt };
}

/**
 * Stores the owner's feedback on an identification, in the place of an earlier one, and has its rating sent if a provider
 * keeps what it is about and has not got the same rating last. From then on a search finds the name that the owner gave.
 * Returns undefined if the owner has no such identification.
 */
export async function giveFeedback(
  { client, clock, ownId }: Pick<StoreContext, 'client' | 'clock' | 'ownId'>,
  ownerId: string,
  id: string,
  { name, rating }: Feedback,
): Promise<StoredFeedback | undefined> {
  if (!isValid(id)) return undefined;
  const now = clock.now();
  const createdAt = new Date(now);
  const copy = { databaseId: await ownId(), createdAt: { gt: expiredBefore(now) } };
  return client.$transaction(async (transaction) => {
    // With the lock the identification stays, and of two requests at once one follows the other.
    const [row] = await transaction.$queryRaw<{ result: unknown }[]>`
      SELECT "result" FROM ${table('Identification')}
      WHERE "id" = ${id} AND "ownerId" = ${ownerId} AND "deletedAt" IS NULL FOR UPDATE`;
    if (row === undefined) return undefined;
    const search = searchText(storedResult.parse(row.result), name);
    await transaction.identification.update({ where: { id }, data: { search }, select: { id: true } });
    const given = { rating, name: name ?? null, createdAt };
    // A rating that is repeated, such as by a caller that got no answer, is sent once.
    const isSent = { identificationId: id, rating, sentAt: { not: null } };
    const repeated = await transaction.feedback.updateMany({ where: isSent, data: given });
    if (repeated.count === 0) {
      const copies = await transaction.identificationCopy.count({ where: { identificationId: id, copy } });
      const unsent = { sentAt: null, tries: 0, nextTryAt: copies > 0 ? createdAt : null, failedAt: null };
      await transaction.feedback.upsert({
        where: { identificationId: id },
        create: { identificationId: id, ...given, ...unsent },
        update: { ...given, ...unsent },
        select: { identificationId: true },
      });
    }
    return { rating, ...(name !== undefined && { name }), createdAt };
  });
}

/** A rating that is to be sent. */
interface DueRating {
  readonly identificationId: string;
  readonly rating: FeedbackRating;
  /** When it was given: a later one takes its place. */
  readonly createdAt: Date;
  /** Token of the copy that the provider keeps of the answer. */
  readonly token: string;
}

/**
 * The ratings that are not sent yet, of answers whose copies this database has recorded: one that was restored from a dump,
 * such as that of a staging system, also has the feedback of its original. A rating that another one has replaced is no
 * longer one of them.
 */
export type UnsentRatings = RequestQueue<DueRating>;

export function createUnsentRatings({
  client,
  clock,
  host,
}: {
  client: PrismaClient;
  clock: Clock;
  /** Host name of the app (see `databaseId`). */
  host: string;
}): UnsentRatings {
  const ownId = memoize(() => databaseId(client, host));
  /** The identifications that their owners have not deleted, and that a provider keeps. */
  const kept = (copy: Prisma.ProviderCopyWhereInput) => ({ deletedAt: null, copies: { some: { copy } } });
  return {
    async due({ origin, provider }, limit) {
      const copy = { databaseId: await ownId(), provider, origin };
      const rows = await client.feedback.findMany({
        where: { nextTryAt: { lte: new Date(clock.now()) }, identification: kept(copy) },
        orderBy: { nextTryAt: 'asc' },
        take: limit,
        select: {
          identificationId: true,
          rating: true,
          createdAt: true,
          identification: {
            select: {
              copies: {
                where: { copy },
                // The last answer is the one that the owner sees.
                orderBy: { copy: { createdAt: 'desc' } },
                take: 1,
                select: { copy: { select: { token: true } } },
              },
            },
          },
        },
      });
      return rows.flatMap(({ identification: { copies }, ...rating }) =>
        copies.map(({ copy: { token } }) => ({ ...rating, token })),
      );
    },
    async complete({ createdAt, identificationId, rating }) {
      await client.feedback.updateMany({
        where: { identificationId, rating, createdAt },
        data: { sentAt: new Date(clock.now()), nextTryAt: null },
      });
    },
    async postpone({ createdAt, identificationId }) {
      await client.$executeRaw`
        UPDATE ${table('Feedback')} SET ${failedTry(clock.now())}
        WHERE "identificationId" = ${identificationId} AND "createdAt" = ${createdAt}`;
    },
    async removeExpired() {
      const copy = { createdAt: { gt: expiredBefore(clock.now()) } };
      await client.feedback.updateMany({
        where: { nextTryAt: { not: null }, identification: { copies: { none: { copy } } } },
        data: { nextTryAt: null },
      });
    },
    async state() {
      const copy = { databaseId: await ownId() };
      return queueState(
        await client.feedback.aggregate({
          where: { nextTryAt: { not: null }, identification: kept(copy) },
          _count: true,
          _min: { failedAt: true },
        }),
      );
    },
  };
}
