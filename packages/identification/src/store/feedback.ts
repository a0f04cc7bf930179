import { type Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { isValid } from 'ulid';
import type { Feedback, FeedbackRating } from '../types.ts';
import { databaseId } from './database-identity.ts';
import { expiredBefore, type FollowUpQueue, failedTry, followUpState } from './follow-up-queue.ts';
import { memoize } from './memoize.ts';
import { searchText } from './search-text.ts';
import { storedResult } from './stored-json.ts';
import type { StoreContext, StoredFeedback } from './types.ts';

/** The columns from which feedback is read. */
export const feedbackColumns = { rating: true, name: true, createdAt: true } satisfies Prisma.FeedbackSelect;

export function readFeedback({
  createdAt,
  name,
  rating,
}: Prisma.FeedbackGetPayload<{ select: typeof feedbackColumns }>): StoredFeedback {
  return { rating, ...(name !== null && { name }), createdAt };
}

/**
 * Stores the owner's feedback on an identification; it replaces earlier feedback. If a provider keeps a copy of the answer,
 * and the last rating that it got is another one, the rating waits to be sent to it. From then on a search finds the name
 * that the owner gave. Returns undefined if the owner has no such identification.
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
    // The lock keeps the identification, and makes two requests at the same time run one after the other.
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
  /** When it was given; a later rating has another time. */
  readonly createdAt: Date;
  /** Token of the copy that the provider keeps of the answer. */
  readonly token: string;
}

/**
 * The ratings that are not sent yet, of answers whose copies this database has recorded. A database that was restored from a
 * dump, such as that of a staging system, also has the feedback of the original database, and does not send it. A rating
 * that was replaced is not sent any more.
 */
export type RatingQueue = FollowUpQueue<DueRating>;

export function createRatingQueue({
  client,
  clock,
  host,
}: {
  client: PrismaClient;
  clock: Clock;
  /** Host name of the app (see `databaseId`). */
  host: string;
}): RatingQueue {
  const ownId = memoize(() => databaseId(client, host));
  /** Selects the identifications that their owners have not deleted, and of which a provider keeps a copy. */
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
    async complete({ identificationId, rating }) {
      // Also one that its owner has repeated meanwhile: the provider has it.
      await client.feedback.updateMany({
        where: { identificationId, rating },
        data: { sentAt: new Date(clock.now()), nextTryAt: null },
      });
    },
    async postpone({ createdAt, identificationId }) {
      await client.$executeRaw`
        UPDATE ${table('Feedback')} SET ${failedTry(clock.now())}
        WHERE "identificationId" = ${identificationId} AND "createdAt" = ${createdAt}`;
    },
    async giveUpExpired() {
      const copy = { createdAt: { gt: expiredBefore(clock.now()) } };
      await client.feedback.updateMany({
        where: { nextTryAt: { not: null }, identification: { copies: { none: { copy } } } },
        data: { nextTryAt: null },
      });
    },
    async state() {
      const copy = { databaseId: await ownId() };
      return followUpState(
        await client.feedback.aggregate({
          where: { nextTryAt: { not: null }, identification: kept(copy) },
          _count: true,
          _min: { failedAt: true },
        }),
      );
    },
  };
}
