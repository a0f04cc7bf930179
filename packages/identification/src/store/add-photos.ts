import { type Prisma, table } from '@plantcommunity/db';
import { type StoreParts, storePhotos } from './store-photos.ts';
import type { PhotoToSave } from './types.ts';

export async function addPhotos(
  parts: StoreParts,
  id: string,
  photos: readonly Required<PhotoToSave>[],
): Promise<void> {
  const { client } = parts;
  try {
    const pending = await client.identificationPhoto.findMany({
      where: { identificationId: id, photoId: null },
      select: { position: true, hash: true },
    });
    const normalized = new Map(photos.map((photo) => [photo.hash, photo]));
    // Without a photo of ours: others may have kept it since.
    const wanted = pending.map(({ hash }) => normalized.get(hash) ?? { hash });
    await storePhotos(parts, wanted, async (transaction, kept) => {
      if (!(await lockIdentification(transaction, id))) return undefined;
      for (const { position, hash } of pending) {
        const photoId = kept.get(hash);
        if (photoId === undefined) continue;
        await transaction.identificationPhoto.updateMany({
          where: { identificationId: id, position },
          data: { photoId },
        });
      }
      await transaction.identification.updateMany({
        where: { id },
        data: { photosState: pending.every(({ hash }) => kept.has(hash)) ? 'kept' : 'missing' },
      });
      return true;
    });
  } catch (error) {
    // When the database is what failed, the state ages into `missing` by itself.
    await client.identification.updateMany({ where: { id }, data: { photosState: 'missing' } }).catch(() => {});
    throw error;
  }
}

/** Whether the identification is still there, which it is then until the transaction ends. */
async function lockIdentification(transaction: Prisma.TransactionClient, id: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<
    unknown[]
  >`SELECT 1 FROM ${table('Identification')} WHERE "id" = ${id} FOR UPDATE`;
  return rows.length > 0;
}
