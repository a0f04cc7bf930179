// Embedded PostgreSQL: PGlite behind its socket server, in a process of its own.
// Arguments: the data folder, or `memory`, and the folder of its socket.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { keepStatementsWhole } from '@plantcommunity/db/embedded';
import { endWithParentPipe } from './end-with-parent-pipe.ts';

const [dataFolder = 'memory', socketFolder = ''] = process.argv.slice(2);
/** The name under which PostgreSQL's clients look in a folder. */
const socket = join(socketFolder, '.s.PGSQL.5432');
const MAX_CONNECTIONS = 100;

if (dataFolder !== 'memory') mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
const database = keepStatementsWhole(await PGlite.create(dataFolder === 'memory' ? 'memory://' : dataFolder));
const server = new PGLiteSocketServer({ db: database, path: socket, maxConnections: MAX_CONNECTIONS });
await server.start();
chmodSync(socket, 0o600);

endWithParentPipe(async () => {
  await server.stop();
  await database.close();
});
process.stdout.write(`${JSON.stringify({ listening: socket })}\n`);
