import { chmodSync, mkdirSync } from 'node:fs';
import { access, appendFile, chmod, constants, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';

/** The files of stored photos, by the random ids of their rows. */
export interface PhotoFiles {
  write(id: string, jpeg: Buffer): Promise<void>;
  /** Undefined when there is no such file. */
  read(id: string): Promise<Buffer | undefined>;
  /** Removes the file; does nothing when there is none. */
  remove(id: string): Promise<void>;
  /** Yields the ids of all files, a folder at a time. Files that are not ours are left out. */
  list(): AsyncIterable<readonly string[]>;
  /** Returns when the file was written, in milliseconds since 1970. @throws when there is no such file */
  writtenAt(id: string): Promise<number>;
  /** Returns the ids of the databases that use these files; empty until one was added. */
  databases(): Promise<readonly string[]>;
  /** Notes that a database uses these files. */
  addDatabase(id: string): Promise<void>;
  /** Returns the bytes that are free for more files. @throws when the folder is missing or takes no files */
  freeBytes(): Promise<number>;
}

/** Name of the file that holds the ids of the databases, one on each line. */
const DATABASES = '.database-ids';

/** A folder whose files only this user of the operating system may read. */
class PrivateFolder extends FSDriver {
  readonly #location: string;

  constructor(location: string) {
    super({ location, visibility: 'private' });
    this.#location = location;
  }

  override async put(...[key, ...rest]: Parameters<FSDriver['put']>): Promise<void> {
    await super.put(key, ...rest);
    await chmod(join(this.#location, key), 0o600);
  }
}

export function openPhotoFiles(folder: string): PhotoFiles {
  // Restrict only a folder that was created here: an existing one may have other uses, such as /tmp.
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
  const disk = new Disk(new PrivateFolder(folder));
  const databases = join(folder, DATABASES);
  // The first two characters are a folder, so that no folder grows too large to list.
  const keyOf = (id: string) => `${id.slice(0, 2)}/${id}.jpg`;
  return {
    write: (id, jpeg) => disk.put(keyOf(id), jpeg),
    async read(id) {
      try {
        // Not getBytes: it returns the whole buffer that the file was read into, which may be larger than the file.
        return await buffer(await disk.getStream(keyOf(id)));
      } catch (error) {
        if (await disk.exists(keyOf(id))) throw error;
        return undefined;
      }
    },
    remove: (id) => disk.delete(keyOf(id)),
    async *list() {
      const folders = [...(await disk.listAll()).objects].filter((found) => found.isDirectory);
      for (const { name } of folders) {
        const { objects } = await disk.listAll(name);
        yield [...objects].flatMap((found) => {
          const id = found.name.replace(/\.jpg$/, '');
          return found.isFile && found.key === keyOf(id) ? [id] : [];
        });
      }
    },
    writtenAt: async (id) => (await disk.getMetaData(keyOf(id))).lastModified.getTime(),
    async databases() {
      try {
        return (await readFile(databases, 'utf8')).split(/\s+/).filter((id) => id !== '');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    },
    addDatabase: (id) => appendFile(databases, `${id}\n`, { mode: 0o600 }),
    async freeBytes() {
      await access(folder, constants.W_OK);
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}
