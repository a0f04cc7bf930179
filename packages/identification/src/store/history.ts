import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { photosStateAt } from './photos-state.ts';
import type { HistoryItem, HistoryPage, StoredIdentification } from './stored.ts';
import { storedOptions, storedResult } from './stored-json.ts';

interface ReadParts {
  client: PrismaClient;
  clock: Clock;
}

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
  _count: { select: { photos: { where: { photoId: { not: null } } } } },
} satisfies Prisma.IdentificationSelect;

export async function listHistory(
  { client, clock }: ReadParts,
  ownerId: string,
  { cursor, limit }: { limit: number; cursor?: string },
): Promise<HistoryPage> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  if (cursor !== undefined && after === undefined) return { items: [] };
  const rows = await client.identification.findMany({
    where: { ownerId, ...(after === undefined ? {} : { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    // One more than asked tells whether there is a next page.
    take: limit + 1,
    select: columns,
  });
  const items = rows.slice(0, limit).map((row) => toItem(row, clock.now()));
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last ? { nextCursor: encodeCursor(last.id) } : {}) };
}

export async function findIdentification(
  { client, clock }: ReadParts,
  ownerId: string,
  id: string,
): Promise<StoredIdentification | undefined> {
  const row = await client.identification.findFirst({
    where: { id, ownerId },
    select: { ...columns, options: true, result: true },
  });
  if (row === null) return undefined;
  const { createdAt, photos, photosState } = toItem(row, clock.now());
  return {
    identification: { ...storedResult.parse(row.result), id: row.id },
    createdAt,
    options: storedOptions.parse(row.options),
    photos,
    photosState,
  };
}

function toItem(row: Prisma.IdentificationGetPayload<{ select: typeof columns }>, now: number): HistoryItem {
  const { id, createdAt, isPlant, plantName, scientificName, confidence, confidenceSource, demo, _count: kept } = row;
  return {
    id,
    createdAt,
    isPlant,
    ...(plantName === null ? {} : { plantName }),
    ...(scientificName === null ? {} : { scientificName }),
    ...(confidence === null ? {} : { confidence }),
    ...(confidenceSource === 'plantnet' ? { confidenceSource } : {}),
    demo,
    photos: kept.photos,
    photosState: photosStateAt(now, row),
  };
}
