/** A file of the store. */
export interface StoredFile {
  /** Random id of its row. */
  readonly id: string;
  /** Returns when it was written, in milliseconds since 1970; undefined if it is gone. A folder looks only when asked. */
  writtenAt(): Promise<number | undefined>;
}

/** The files of stored photos, by the random ids of their rows. A bucket asks no more once the signal of a call aborts. */
export interface PhotoFiles {
  /** Writes the file whole or not at all. */
  write(id: string, jpeg: Buffer, signal?: AbortSignal): Promise<void>;
  /** Undefined when there is no such file. */
  read(id: string, signal?: AbortSignal): Promise<Buffer | undefined>;
  /** Maximum number of files in one call of `remove`. */
  readonly maxRemoved: number;
  /**
   * Removes files; one that is not there counts as removed. Returns the errors of those that could not be removed, by id.
   * @throws when none could be, because the place does not answer
   */
  remove(ids: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, unknown>>;
  /** Yields all files in batches, those of interrupted writes included. Files that are not ours are left out. */
  list(): AsyncIterable<readonly StoredFile[]>;
  /** Returns the ids of the databases that use these files; empty until one was added. */
  databases(signal?: AbortSignal): Promise<readonly string[]>;
  /** Notes that a database uses these files. */
  addDatabase(id: string): Promise<void>;
  /**
   * Returns the bytes that are free for more files; `unknown` for a bucket. @throws when folder or bucket is missing, or
   * takes no files
   */
  freeBytes(): Promise<number | 'unknown'>;
}

/** Name under which a store keeps the ids of the databases that use it. */
export const DATABASE_IDS = '.database-ids';

/** The ids of photos; other files in the folder or bucket are not ours. */
const PHOTO_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns the id of the photo whose file has this name, which begins with its folder; undefined if it is not ours. */
export function photoIdOf(name: string): string | undefined {
  const id = /([^/]+)\.jpg$/.exec(name)?.[1] ?? '';
  return PHOTO_ID.test(id) && name === fileNameOf(id) ? id : undefined;
}

/**
 * Returns the name of the file of an id. The first two characters are a folder, so that no folder grows too large to list.
 */
export function fileNameOf(id: string): string {
  return `${id.slice(0, 2)}/${id}.jpg`;
}
