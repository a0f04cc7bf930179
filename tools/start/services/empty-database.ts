import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { root } from '../../root.ts';

const { resolve } = createRequire(import.meta.url);

/** Version of PGlite, which the files of a database depend on. */
function pgliteVersion(): string {
  const file = join(dirname(resolve('@electric-sql/pglite')), '..', 'package.json');
  return String(Reflect.get(Object(JSON.parse(readFileSync(file, 'utf8'))), 'version'));
}

/** Files of a database as PGlite creates it: initdb takes it 3 s, a copy of its result half a second. */
const defaultCopy = join(root, 'node_modules', `.plant-database-${pgliteVersion()}.tar`);

/**
 * Creates a database in a folder, or in memory (`memory://`), from a copy of an empty one. The first call makes the copy.
 * @throws what PGlite throws; the copy is then made anew, in case it is damaged
 */
export async function createEmptyDatabase(folder: string, copy: string = defaultCopy): Promise<PGlite> {
  if (!existsSync(copy)) {
    const database = await PGlite.create(folder);
    await keepCopy(await database.dumpDataDir('none'), copy);
    return database;
  }
  try {
    return await PGlite.create({ dataDir: folder, loadDataDir: new Blob([readFileSync(copy)]) });
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
}

/** Writes the copy whole or not at all. Where that fails, as in a folder that is read-only, each database takes 3 s. */
async function keepCopy(files: Blob, copy: string): Promise<void> {
  const unfinished = `${copy}.${process.pid}`;
  try {
    writeFileSync(unfinished, Buffer.from(await files.arrayBuffer()), { mode: 0o600 });
    renameSync(unfinished, copy);
  } catch {
    rmSync(unfinished, { force: true });
  }
}
