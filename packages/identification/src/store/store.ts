import type { Database } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { isValid, monotonicFactory } from 'ulid';
import { addPhotos } from './add-photos.ts';
import { deleteByOwner } from './delete.ts';
import { findIdentification, listHistory } from './history.ts';
import { openPhotoFiles } from './photo-files.ts';
import { saveIdentification } from './save.ts';
import type { HistoryPage, StoredIdentification } from './stored.ts';
import type { NewIdentification, PhotoToSave, SavedIdentification } from './types.ts';

/** What was identified and for whom. Everything is answered to its owner only: to others it does not exist. */
export interface Store {
  /**
   * Writes identification and photos, all or nothing. A photo that anybody's identification keeps already is referred
   * to, whether `normalized` is given or not. Undefined when the owner's account was closed meanwhile: nothing is written.
   */
  save(entry: NewIdentification): Promise<SavedIdentification | undefined>;
  /**
   * Keeps photos that were prepared after `save`. It is called once an identification: what is pending and not among
   * `photos` is missing for good. When it fails, they are missing, too.
   */
  addPhotos(id: string, photos: readonly Required<PhotoToSave>[]): Promise<void>;
  /** Newest first, stable under inserts. After a cursor that is not ours comes nothing. */
  history(ownerId: string, page: { limit: number; cursor?: string }): Promise<HistoryPage>;
  find(ownerId: string, id: string): Promise<StoredIdentification | undefined>;
  /** The JPEG; `index` counts from 1. */
  photo(ownerId: string, id: string, index: number): Promise<{ bytes: Buffer } | undefined>;
  /**
   * Removes all that was identified for the owner, with the photos that nobody else's identification keeps. After a
   * failure it is called again; what others have left behind goes, too.
   */
  deleteByOwner(ownerId: string): Promise<void>;
}

/** `photoDir` is made when it is not there, for this user only. */
export function createStore(options: { database: Database; photoDir: string; clock: Clock; logger: Logger }): Store {
  const { clock, logger } = options;
  const { client } = options.database;
  const files = openPhotoFiles(options.photoDir);
  const nextId = monotonicFactory();
  const parts = { client, files, clock, logger };
  return {
    save: (entry) => saveIdentification(parts, nextId(clock.now()), entry),
    addPhotos: (id, photos) => addPhotos(parts, id, photos),
    history: (ownerId, page) => listHistory(parts, ownerId, page),
    async find(ownerId, id) {
      return isValid(id) ? findIdentification(parts, ownerId, id) : undefined;
    },
    async photo(ownerId, id, index) {
      if (!isValid(id) || !Number.isInteger(index) || index < 1 || index > 0x7fff) return undefined;
      const row = await client.identificationPhoto.findFirst({
        where: { identificationId: id, position: index, identification: { ownerId } },
        select: { photoId: true },
      });
      const bytes = row?.photoId ? await files.read(row.photoId) : undefined;
      if (row?.photoId && !bytes) logger.error({ photoId: row.photoId }, '[UPLOAD] The file of a kept photo is gone');
      return bytes && { bytes };
    },
    deleteByOwner: (ownerId) => deleteByOwner(parts, ownerId),
  };
}
