import type { Database } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { isValid, monotonicFactory } from 'ulid';
import { PhotoStoreUnavailableError } from '../errors.ts';
import type { Feedback } from '../types.ts';
import { databaseId, nameInEmptyStore } from './database-identity.ts';
import {
  countUnreferencedPhotos,
  deleteByOwner,
  deleteOlderThan,
  deleteOrphanedPhotos,
  type OrphanDeletion,
  removeDeleted,
} from './delete.ts';
import { giveFeedback } from './feedback.ts';
import { withFileDeadline } from './file-deadline.ts';
import { fillSearch } from './fill-search.ts';
import { exportHistory, findIdentification, listHistory } from './history.ts';
import { memoize } from './memoize.ts';
import { openPhotoBucket, type PhotoBucket } from './photo-bucket.ts';
import type { PhotoFiles } from './photo-files.ts';
import { openPhotoFolder } from './photo-folder.ts';
import { recordCopies } from './provider-copies.ts';
import { addPhotos, saveIdentification } from './save.ts';
import { usedBytes } from './space.ts';
import type {
  ExportedIdentification,
  HistoryPage,
  HistoryQuery,
  NewIdentification,
  PhotoToSave,
  ProviderCopy,
  SavedIdentification,
  StoredFeedback,
  StoredIdentification,
} from './types.ts';
import {
  deleteAllIdentifications,
  deleteIdentification,
  restoreAllIdentifications,
  restoreIdentification,
} from './undo.ts';

/** Stores identifications and their photos. For another owner an identification does not exist. */
export interface Store {
  /**
   * Saves an identification with its photos in one transaction. A photo that is stored already, for any owner, is only
   * referred to, whether `normalized` is set or not. Photos whose files cannot be written in a few
   * seconds are pending. Returns undefined if the owner's account is closed: nothing is saved.
   */
  save(entry: NewIdentification): Promise<SavedIdentification | undefined>;
  /**
   * Records the copies that providers keep of answers, whether an identification is saved or not, so that each can be
   * deleted once nothing refers to it any more.
   */
  recordCopies(copies: readonly ProviderCopy[]): Promise<void>;
  /**
   * Returns the bytes of all photos of the owner's identifications, each photo counted once: exactly if they are `limit` or
   * more, otherwise not too few.
   */
  usedBytes(ownerId: string, limit: number): Promise<number>;
  /**
   * Stores photos that were pending after `save`; called once per identification. Pending photos that are not among
   * `photos` become missing, and if the call fails, all of them do.
   */
  addPhotos(id: string, photos: readonly Required<PhotoToSave>[]): Promise<void>;
  /** Returns a page of the owner's identifications, newest first and stable under inserts; empty for a foreign cursor. */
  history(ownerId: string, query: HistoryQuery): Promise<HistoryPage>;
  find(ownerId: string, id: string): Promise<StoredIdentification | undefined>;
  /** Yields all identifications of the owner, newest first, and reads no further than its reader asks (`exportHistory`). */
  exportHistory(ownerId: string): AsyncGenerator<ExportedIdentification, void>;
  /** Stores the owner's feedback; it replaces earlier feedback. Returns undefined if the owner has no such identification. */
  giveFeedback(ownerId: string, id: string, feedback: Feedback): Promise<StoredFeedback | undefined>;
  /**
   * Returns the JPEG of a photo; `index` counts from 1.
   * @throws {PhotoStoreUnavailableError} within seconds, when the store of the photos is away
   */
  photo(ownerId: string, id: string, index: number): Promise<{ bytes: Buffer } | undefined>;
  /**
   * Deletes one identification of the owner: nothing but `restore` finds it any more, and `removeDeleted` removes it.
   * Returns false if there is none.
   */
  delete(ownerId: string, id: string): Promise<boolean>;
  /** Deletes all identifications of the owner like `delete`. */
  deleteAll(ownerId: string): Promise<void>;
  /**
   * Brings back an identification that the owner has deleted in the last 30 seconds, or not at all. Returns false if there
   * is none.
   */
  restore(ownerId: string, id: string): Promise<boolean>;
  /** Brings back all identifications that the owner has deleted in the last 30 seconds. */
  restoreAll(ownerId: string): Promise<void>;
  /**
   * Removes the identifications that were deleted a minute ago or earlier, and the photos that no other identification
   * refers to, until `signal` aborts. Returns their number. A file that cannot be removed now is left to
   * `deleteOrphanedPhotos`. @throws errors of the database, the reason of `signal`
   */
  removeDeleted(signal: AbortSignal): Promise<number>;
  /**
   * Lets the search find the identifications that an older release saved, until `signal` aborts. Returns their number.
   * @throws errors of the database, the reason of `signal`
   */
  fillSearch(signal: AbortSignal): Promise<number>;
  /**
   * Deletes all identifications of an owner who leaves, and the photos that no other identification refers to. Rejects
   * when a file cannot be removed: call it again then. Files whose store does not answer at all are left to
   * `deleteOrphanedPhotos`. It looks at the photos of all owners, and also deletes what failed calls for them left.
   */
  deleteByOwner(ownerId: string): Promise<void>;
  /**
   * Deletes the identifications that were made before a time, in milliseconds since 1970, with their photos like
   * `removeDeleted`, until `signal` aborts. Returns their number. @throws errors of the database, the reason of `signal`
   */
  deleteOlderThan(time: number, signal: AbortSignal): Promise<number>;
  /**
   * Deletes the photos that nothing refers to, and the files without a row, until `signal` aborts; nothing when the files
   * seem to belong to another database. @throws errors of the database, the reason of `signal`
   */
  deleteOrphanedPhotos(signal: AbortSignal): Promise<OrphanDeletion>;
  /**
   * Returns the bytes that are free for more photos; `unknown` for a bucket. @throws when the store is missing or takes no
   * photos
   */
  freeBytes(): Promise<number | 'unknown'>;
  /** Counts the photos that no identification refers to, and that wait for their deletion. */
  countOrphans(): Promise<number>;
}

/** Where the files of photos are. A missing folder is created, readable only by this user of the operating system. */
export type PhotoPlace = { readonly folder: string } | PhotoBucket;

/** Opens the files of photos. */
export function openPhotoFiles(place: PhotoPlace): PhotoFiles {
  return 'folder' in place ? openPhotoFolder(place.folder) : openPhotoBucket(place);
}

export function createStore(options: {
  database: Database;
  photos: PhotoPlace;
  /** Host name of the app, by which a copy of its database is recognised; empty unless given. */
  host?: string;
  clock: Clock;
  logger: Logger;
}): Store {
  const { clock, logger } = options;
  const { client } = options.database;
  const opened = openPhotoFiles(options.photos);
  const nextId = monotonicFactory();
  const ownId = memoize(() => databaseId(client, options.host ?? ''));
  const named = memoize(() => nameInEmptyStore({ files: opened, ownId }));
  const files: PhotoFiles = {
    ...opened,
    async write(...file) {
      await named();
      await opened.write(...file);
    },
  };
  const context = { client, files, ownId, clock, logger };
  return {
    save: (entry) => saveIdentification(context, nextId(clock.now()), entry),
    async recordCopies(copies) {
      await recordCopies(client, copies, { createdAt: new Date(clock.now()), databaseId: await ownId() });
    },
    usedBytes: (...which) => usedBytes(context, ...which),
    addPhotos: (id, photos) => addPhotos(context, id, photos),
    history: (...query) => listHistory(context, ...query),
    exportHistory: (ownerId) => exportHistory(context, ownerId),
    async find(ownerId, id) {
      return isValid(id) ? findIdentification(context, ownerId, id) : undefined;
    },
    giveFeedback: (...given) => giveFeedback(context, ...given),
    async photo(ownerId, id, index) {
      if (!isValid(id) || !Number.isInteger(index) || index < 1 || index > 0x7fff) return undefined;
      const row = await client.identificationPhoto.findFirst({
        where: { identificationId: id, position: index, identification: { ownerId, deletedAt: null } },
        select: { photoId: true },
      });
      const photoId = row?.photoId;
      if (photoId === null || photoId === undefined) return undefined;
      const bytes = await withFileDeadline(clock, (late) => files.read(photoId, late)).catch((error: unknown) => {
        logger.error({ photoId, err: error }, '[UPLOAD] A stored photo could not be read');
        throw new PhotoStoreUnavailableError(error);
      });
      if (!bytes) logger.error({ photoId }, '[UPLOAD] The file of a stored photo is missing');
      return bytes && { bytes };
    },
    delete: async (ownerId, id) => isValid(id) && deleteIdentification(context, ownerId, id),
    deleteAll: (ownerId) => deleteAllIdentifications(context, ownerId),
    restore: async (ownerId, id) => isValid(id) && restoreIdentification(context, ownerId, id),
    restoreAll: (ownerId) => restoreAllIdentifications(context, ownerId),
    removeDeleted: (signal) => removeDeleted(context, signal),
    fillSearch: (signal) => fillSearch(context, signal),
    deleteByOwner: (ownerId) => deleteByOwner(context, ownerId),
    deleteOlderThan: (time, signal) => deleteOlderThan(context, time, signal),
    deleteOrphanedPhotos: (signal) => deleteOrphanedPhotos(context, signal),
    freeBytes: () => files.freeBytes(),
    countOrphans: () => countUnreferencedPhotos(context),
  };
}
