import { type PhotosState, Prisma, pageOf, table } from '@plantcommunity/db';
import { isValid } from 'ulid';
import { CONFIRMING_PROVIDERS } from '../types.ts';
import { feedbackColumns, readFeedback } from './feedback.ts';
import { searchWords } from './search-text.ts';
import { storedOptions, storedResult } from './stored-json.ts';
import type {
  ExportedIdentification,
  HistoryItem,
  HistoryPage,
  HistoryQuery,
  StoreContext,
  StoredIdentification,
} from './types.ts';

/** Identifications that an export reads at a time. */
const EXPORT_PAGE = 50;

/** Age at which pending photos count as missing; normalizing a photo takes a second. */
const MAX_PENDING_MS = 10 * 60 * 1000;

const columns = {
  id: true,
  createdAt: true,
  isPlant: true,
  plantName: true,
  scientificName: true,
  confidence: true,
  confidenceSource: true,
  demo: true,
  photosState: true,
  feedback: { select: feedbackColumns },
  _count: { select: { photos: { where: { photoId: { not: null } } } } },
} satisfies Prisma.IdentificationSelect;

/** The columns of an item of the history, and the number of its stored photos. */
interface Row extends Omit<Prisma.IdentificationGetPayload<{ select: typeof columns }>, '_count'> {
  photos: number;
}

const answerColumns = { ...columns, options: true, result: true } satisfies Prisma.IdentificationSelect;

type ReadContext = Pick<StoreContext, 'client' | 'clock'>;

export async function listHistory(
  { client, clock }: ReadContext,
  ownerId: string,
  query: HistoryQuery,
): Promise<HistoryPage> {
  const { cursor, limit } = query;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  if (cursor !== undefined && after === undefined) return { items: [] };
  const words = query.names === undefined ? [] : wordsToFind(query.names);
  // Names without a letter or a digit are in no answer.
  if (words.length === 0 && query.names !== undefined && query.names.trim() !== '') return { items: [] };
  const rows = await client.$queryRaw<Omit<Row, 'feedback'>[]>(historyStatement(ownerId, { ...query, after, words }));
  const { rows: listed, ...next } = pageOf(rows, { limit, cursorOf: ({ id }) => encodeCursor(id) });
  const feedback = await client.feedback.findMany({
    where: { identificationId: { in: listed.map(({ id }) => id) } },
    select: { identificationId: true, ...feedbackColumns },
  });
  const feedbackOn = (id: string) => feedback.find(({ identificationId }) => identificationId === id) ?? null;
  return { items: listed.map((row) => toItem({ ...row, feedback: feedbackOn(row.id) }, clock.now())), ...next };
}

/** Returns the words that an answer must have, without those that are a part of another one. */
function wordsToFind(names: string): string[] {
  const words = [...new Set(searchWords(names))];
  return words.filter((word) => !words.some((other) => other !== word && other.includes(word)));
}

/**
 * Returns the statement that reads a page of a history, and one row more, which tells whether there is a next page. The
 * index has all that the ids of the page are chosen by, in its order: a search for a rare name passes all entries of the
 * owner. PostgreSQL may read the table instead where one owner has nearly all of its rows.
 */
export function historyStatement(
  ownerId: string,
  {
    after,
    isPlant,
    limit,
    minConfidence,
    words,
  }: Pick<HistoryQuery, 'limit' | 'isPlant' | 'minConfidence'> & {
    after: string | undefined;
    words: readonly string[];
  },
): Prisma.Sql {
  const conditions = [
    Prisma.sql`"ownerId" = ${ownerId} AND "deletedAt" IS NULL`,
    ...(after === undefined ? [] : [Prisma.sql`"id" < ${after}`]),
    ...(isPlant === undefined ? [] : [Prisma.sql`"isPlant" = ${isPlant}`]),
    ...(minConfidence === undefined ? [] : [Prisma.sql`"confidence" >= ${minConfidence}`]),
    ...words.map((word) => Prisma.sql`"search" LIKE ${`%${word}%`}`),
  ];
  return Prisma.sql`
    SELECT found."id", "createdAt", "isPlant", "plantName", "scientificName", "confidence", "confidenceSource", "demo",
      "photosState"::text AS "photosState",
      (SELECT count("photoId")::int FROM ${table('IdentificationPhoto')} WHERE "identificationId" = found."id") AS "photos"
    FROM (
      SELECT "id" FROM ${table('Identification')} WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY "id" DESC LIMIT ${limit + 1}
    ) page JOIN ${table('Identification')} found ON found."id" = page."id"
    ORDER BY page."id" DESC`;
}

export async function findIdentification(
  { client, clock }: ReadContext,
  ownerId: string,
  id: string,
): Promise<StoredIdentification | undefined> {
  const row = await client.identification.findFirst({
    where: { id, ownerId, deletedAt: null },
    select: answerColumns,
  });
  return row === null ? undefined : toStored(row, clock.now());
}

function toStored(
  row: Prisma.IdentificationGetPayload<{ select: typeof answerColumns }>,
  now: number,
): StoredIdentification {
  const { _count: stored, ...item } = row;
  const { createdAt, feedback, photos, photosState } = toItem({ ...item, ...stored }, now);
  return {
    identification: { ...storedResult.parse(row.result), id: row.id },
    createdAt,
    options: storedOptions.parse(row.options),
    photos,
    photosState,
    ...(feedback && { feedback }),
  };
}

/**
 * Yields the owner's identifications as they were answered, newest first. A page is read when the reader has taken the
 * one before, in no transaction: however long the history is and however slow its reader, one page is in memory and no
 * connection is held. Each identification is as it was when its page was read; one that is deleted before is left out.
 */
export async function* exportHistory(
  { client, clock }: ReadContext,
  ownerId: string,
): AsyncGenerator<ExportedIdentification, void> {
  let after: string | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before ended
    const rows = await client.identification.findMany({
      where: { ownerId, deletedAt: null, ...(after === undefined ? {} : { id: { lt: after } }) },
      orderBy: { id: 'desc' },
      take: EXPORT_PAGE,
      select: {
        ...answerColumns,
        photos: { where: { photoId: { not: null } }, orderBy: { position: 'asc' }, select: { position: true } },
      },
    });
    const now = clock.now();
    for (const { photos, ...row } of rows) {
      yield { ...toStored(row, now), photoNumbers: photos.map(({ position }) => position) };
    }
    after = rows.length < EXPORT_PAGE ? undefined : rows.at(-1)?.id;
  } while (after !== undefined);
}

function toItem(row: Row, now: number): HistoryItem {
  const { id, createdAt, isPlant, plantName, scientificName, confidence, confidenceSource, demo, feedback, photos } =
    row;
  const source = CONFIRMING_PROVIDERS.find((name) => name === confidenceSource);
  return {
    id,
    createdAt,
    isPlant,
    ...(plantName === null ? {} : { plantName }),
    ...(scientificName === null ? {} : { scientificName }),
    ...(confidence === null ? {} : { confidence }),
    ...(source === undefined ? {} : { confidenceSource: source }),
    demo,
    photos,
    photosState: photosStateAt(now, row),
    ...(feedback && { feedback: readFeedback(feedback) }),
  };
}

/** Returns the state of the photos; photos that stay pending were lost with their process and are missing. */
export function photosStateAt(now: number, row: { photosState: PhotosState; createdAt: Date }): PhotosState {
  const isLost = row.photosState === 'pending' && now - row.createdAt.getTime() > MAX_PENDING_MS;
  return isLost ? 'missing' : row.photosState;
}

/** Returns the cursor of the page after the id; opaque to callers. */
export function encodeCursor(lastId: string): string {
  return Buffer.from(lastId, 'latin1').toString('base64url');
}

/** Returns the id of a cursor; undefined unless `encodeCursor` made it. */
export function decodeCursor(cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  return isValid(id) && encodeCursor(id) === cursor ? id : undefined;
}
