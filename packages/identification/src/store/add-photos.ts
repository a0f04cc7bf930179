import type { PhotoToKeep } from './entry.ts';
import { findKept, keepPhotos, type StoreParts } from './keep-photos.ts';

export async function addPhotos(
  parts: StoreParts,
  id: string,
  photos: readonly Required<PhotoToKeep>[],
): Promise<void> {
  const { client } = parts;
  try {
    const pending = await client.identificationPhoto.findMany({
      where: { identificationId: id, photoId: null },
      select: { position: true, hash: true },
    });
    const hashes = pending.map(({ hash }) => hash);
    const wanted = photos.filter(({ hash }) => hashes.includes(hash));
    await keepPhotos(parts, wanted, async (transaction) => {
      // Also what others have kept since.
      const kept = await findKept(transaction, hashes);
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
        data: { photosState: hashes.every((hash) => kept.has(hash)) ? 'kept' : 'missing' },
      });
    });
  } catch (error) {
    // When the database is what failed, the state ages into `missing` by itself.
    await client.identification.updateMany({ where: { id }, data: { photosState: 'missing' } }).catch(() => {});
    throw error;
  }
}
