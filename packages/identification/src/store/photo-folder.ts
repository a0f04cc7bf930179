import { chmodSync, mkdirSync } from 'node:fs';
import {
  access,
  appendFile,
  chmod,
  constants,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DATABASE_IDS, fileNameOf, type PhotoFiles, photoIdOf, type StoredFile } from './photo-files.ts';

/** Ending of a file that is being written, or whose process died meanwhile. */
const PARTIAL = '.part';

/** Maximum number of files that are removed at the same time: each needs a call of the system, slow on a network drive. */
const MAX_REMOVED = 100;

/** Opens a folder for photos, whose files only this user of the operating system may read. */
export function openPhotoFolder(folder: string): PhotoFiles {
  // Restrict only a folder that was created here: an existing one may have other uses, such as /tmp.
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
  const databases = join(folder, DATABASE_IDS);
  const pathOf = (id: string) => join(folder, fileNameOf(id));

  return {
    async write(id, jpeg) {
      const path = pathOf(id);
      // Not recursively: a photo folder that is gone, such as an unmounted one, must not be made anew elsewhere.
      await unlessThere(mkdir(dirname(path), { mode: 0o700 }));
      const partial = `${path}${PARTIAL}`;
      try {
        // Flushed before it gets its name: after a power failure there is no file with half of its bytes.
        await writeFile(partial, jpeg, { flush: true, mode: 0o600 });
        await chmod(partial, 0o600);
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true }).catch(() => undefined);
        throw error;
      }
    },
    read: (id) => unlessMissing(readFile(pathOf(id))),
    maxRemoved: MAX_REMOVED,
    async remove(ids) {
      const removed = await Promise.allSettled(
        ids.map((id) => Promise.all([rm(pathOf(id), { force: true }), rm(`${pathOf(id)}${PARTIAL}`, { force: true })])),
      );
      return new Map(
        ids.flatMap((id, index): [string, unknown][] => {
          const outcome = removed[index];
          return outcome?.status === 'rejected' ? [[id, outcome.reason]] : [];
        }),
      );
    },
    async *list() {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) yield await filesIn(folder, entry.name);
      }
    },
    async databases() {
      const text = await unlessMissing(readFile(databases, 'utf8'));
      return (text ?? '').split(/\s+/).filter((id) => id !== '');
    },
    addDatabase: (id) => appendFile(databases, `${id}\n`, { mode: 0o600 }),
    async freeBytes() {
      await access(folder, constants.W_OK);
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

/** Returns our files in one folder of the photo folder. */
async function filesIn(folder: string, name: string): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  for (const file of await readdir(join(folder, name), { withFileTypes: true })) {
    const whole = file.name.endsWith(PARTIAL) ? file.name.slice(0, -PARTIAL.length) : file.name;
    const id = photoIdOf(`${name}/${whole}`);
    if (!file.isFile() || id === undefined) continue;
    files.push({
      id,
      writtenAt: async () => (await unlessMissing(stat(join(folder, name, file.name))))?.mtimeMs,
    });
  }
  return files;
}

/** Returns the result of a system call; undefined when the file does not exist. */
function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  return unlessFailed('ENOENT', call);
}

/** Makes a folder unless it is there. */
function unlessThere(call: Promise<void>): Promise<void> {
  return unlessFailed('EEXIST', call);
}

/** Returns the result of a system call; undefined when it failed with this code. */
async function unlessFailed<T>(code: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined;
    throw error;
  }
}
