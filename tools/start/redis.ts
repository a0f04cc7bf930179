import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './bootstrap/make-folder.mjs';
import { type Child, service } from './child.ts';
import { findProgram } from './find-program.ts';
import type { ProcessGroup } from './process-group.ts';
import { type Service, START_MS, spawnInto, startMessage } from './process-group.ts';
import { StartError } from './start-error.ts';

const POLL_MS = 10;
/** Grace period to save its data on exit, for which its keeper gives it 3 s. */
const SAVE_MS = 4_000;

/** A `redis-server` of this machine, or else the one written in JavaScript; `dataFolder` keeps what the first is told. */
export async function startRedis(
  group: ProcessGroup,
  socketFolder: string,
  dataFolder: string | undefined,
): Promise<Service> {
  const found = dataFolder === undefined ? undefined : findProgram('redis-server', 'valkey-server');
  return found === undefined || dataFolder === undefined
    ? startJavaScriptRedis(group, socketFolder)
    : startRedisServer(group, found, socketFolder, dataFolder);
}

export async function startJavaScriptRedis(group: ProcessGroup, socketFolder: string): Promise<Service> {
  const socket = join(socketFolder, 'redis.sock');
  const child = spawnInto(group, { name: 'Redis', command: service('js-redis', socket) });
  await startMessage(child, 'listening');
  return { child, url: `unix://${socket}`, label: 'js-redis-server, in memory' };
}

/**
 * Limits, leases and circuits live in it, so nothing is ever evicted. What must outlive it is in PostgreSQL; the answers
 * in its cache are saved each minute and at its end: a hard death loses those of 60 s at most. A log of every write would
 * double the time of each request's question about its limit: measured, 0.66 against 0.35 ms.
 */
export async function startRedisServer(
  group: ProcessGroup,
  program: string,
  socketFolder: string,
  dataFolder: string,
): Promise<Service> {
  const socket = join(socketFolder, 'redis.sock');
  makeFolder(dataFolder, 0o700);
  removeHalfSaved(dataFolder);
  const flags = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '600',
    dir: dataFolder,
    save: '60 1',
    // A full disk costs the saving, not the service.
    'stop-writes-on-bgsave-error': 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    loglevel: 'warning',
    logfile: join(dataFolder, 'redis.log'),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawnInto(group, { name: 'Redis', command: service('supervise', program, ...args) }, SAVE_MS);
  const keeps = Number(await startMessage(child, 'keeps'));
  group.addPid(keeps);
  await answersPing(child, socket, flags.logfile);
  return { child, url: `unix://${socket}`, label: program, supervisedPid: keeps };
}

/** What one that was killed had begun to save: it would lie there for ever, as large as what is kept. */
function removeHalfSaved(dataFolder: string): void {
  for (const name of readdirSync(dataFolder)) if (/^temp-.*\.rdb$/.test(name)) rmSync(join(dataFolder, name));
}

/** A server that reads what it saved refuses commands meanwhile, so its answer is what counts. */
async function answersPing(child: Child, socket: string, logFile: string): Promise<void> {
  const start = performance.now();
  while (child.isRunning() && performance.now() - start < START_MS) {
    if (await ping(socket)) return;
    await sleep(POLL_MS);
  }
  throw new StartError(
    `The embedded Redis did not start: ${lastLine(logFile) ?? `it ${child.ending()}`}\n` +
      `Its log is ${logFile}. REDIS_URL uses a Redis of your own instead.`,
  );
}

function lastLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1);
  } catch {
    return undefined;
  }
}

function ping(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => connection.write('PING\r\n'));
    connection.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
    connection.once('close', () => resolve(false));
  });
}
