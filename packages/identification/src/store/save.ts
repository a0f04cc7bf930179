import type { NewEntry, Saved } from './entry.ts';
import { keepPhotos, type StoreParts } from './keep-photos.ts';
import { storedOptions, storedResult } from './stored-json.ts';

export async function saveIdentification(parts: StoreParts, id: string, entry: NewEntry): Promise<Saved> {
  const { identification, options, ownerId, photos } = entry;
  const [best] = identification.suggestions;
  const createdAt = new Date(parts.clock.now());
  return keepPhotos(parts, photos, async (transaction, kept) => {
    const pendingPhotos = new Set(photos.map(({ hash }) => hash).filter((hash) => !kept.has(hash)));
    await transaction.identification.create({
      data: {
        id,
        ownerId,
        createdAt,
        isPlant: identification.isPlant,
        plantName: best?.plantName ?? null,
        scientificName: best?.scientificName ?? null,
        confidence: identification.confidence ?? null,
        demo: identification.demo,
        partial: identification.partial,
        options: storedOptions.parse(options),
        result: storedResult.parse(identification),
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
