// Embedded PostgreSQL: PGlite behind its socket server, in a process of its own.
// Arguments: the data folder, or `memory`, and the folder of its socket.
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { serializeStatements } from '@plantcommunity/db/embedded';
import { explain } from '../bootstrap/explain.mjs';
import { makeFolder } from '../bootstrap/make-folder.mjs';
import { createEmptyDatabase } from './empty-database.ts';
import { endWithParentPipe } from './parent-pipe.ts';

const [dataFolder = 'memory', socketFolder = ''] = process.argv.slice(2);
/** Name of the socket that PostgreSQL's clients expect in a folder. */
const socket = join(socketFolder, '.s.PGSQL.5432');
const MAX_CONNECTIONS = 100;
const WASI_NOSPC = 51;

const database = serializeStatements(await openDatabase());
const server = new PGLiteSocketServer({ db: database, path: socket, maxConnections: MAX_CONNECTIONS });
await server.start();
chmodSync(socket, 0o600);

/**
 * Opens the database, and creates it at the first start. A start that is killed while it creates the database leaves a
 * marker file, by which the next start removes the unfinished database.
 */
async function openDatabase(): Promise<PGlite> {
  if (dataFolder === 'memory') return createEmptyDatabase('memory://');
  const mark = `${dataFolder}.unfinished`;
  const removeUnfinished = () => {
    if (!existsSync(mark)) return;
    rmSync(dataFolder, { recursive: true, force: true });
    rmSync(mark);
  };
  try {
    removeUnfinished();
    makeFolder(dataFolder, 0o700);
    if (readdirSync(dataFolder).length > 0) return await PGlite.create(dataFolder);
    writeFileSync(mark, '');
    const created = await createEmptyDatabase(dataFolder);
    rmSync(mark, { force: true });
    return created;
  } catch (error) {
    removeUnfinished();
    // A stack inside a WebAssembly module is of no use.
    process.stderr.write(`PostgreSQL cannot open its data in ${dataFolder}: ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

/** Describes an error. The module's file system throws plain objects with error numbers of WASI. */
function reasonOf(error: unknown): string {
  const errno: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'errno') : undefined;
  if (errno === WASI_NOSPC) return 'the disk is full (ENOSPC).';
  return error instanceof Error ? explain(error) : `the file system fails (${String(errno)}).`;
}

endWithParentPipe(async () => {
  await server.stop();
  await database.close();
});
process.stdout.write(`${JSON.stringify({ listening: socket })}\n`);
