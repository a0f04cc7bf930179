import { type Prisma, table } from '@plantcommunity/db';
import { type StoreParts, storePhotos } from './store-photos.ts';
import { storedOptions, storedResult } from './stored-json.ts';
import type { NewIdentification, SavedIdentification } from './types.ts';

export async function saveIdentification(
  parts: StoreParts,
  id: string,
  entry: NewIdentification,
): Promise<SavedIdentification | undefined> {
  const { ownerId, photos } = entry;
  const options = storedOptions.parse(entry.options);
  const result = storedResult.parse(entry.identification);
  const [best] = result.suggestions;
  const createdAt = new Date(parts.clock.now());
  return storePhotos(parts, photos, async (transaction, kept) => {
    if (!(await lockOwner(transaction, ownerId))) return undefined;
    const pendingPhotos = new Set(photos.map(({ hash }) => hash).filter((hash) => !kept.has(hash)));
    await transaction.identification.create({
      data: {
        id,
        ownerId,
        createdAt,
        isPlant: result.isPlant,
        plantName: best?.plantName ?? null,
        scientificName: best?.scientificName ?? null,
        confidence: result.confidence ?? null,
        confidenceSource: result.confidenceSource ?? null,
        demo: result.demo,
        partial: result.partial,
        options,
        result,
        photosState: pendingPhotos.size === 0 ? 'kept' : 'pending',
        photos: {
          createMany: {
            data: photos.map(({ hash }, index) => ({ position: index + 1, hash, photoId: kept.get(hash) ?? null })),
          },
        },
      },
      select: { id: true },
    });
    return { id, pendingPhotos: [...pendingPhotos] };
  });
}

/** Whether the owner's account is still open, which it is then until the transaction ends: none is removed under it. */
async function lockOwner(transaction: Prisma.TransactionClient, ownerId: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM ${table('User')} WHERE "id" = ${ownerId} AND "disabledAt" IS NULL FOR KEY SHARE`;
  return rows.length > 0;
}
