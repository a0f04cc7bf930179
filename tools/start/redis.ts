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
/** Grace period for saving the data on exit; `supervise.ts` allows 3 s of it. */
const SAVE_MS = 4_000;

/** Starts the `redis-server` of this machine with its data in `dataFolder`, or else a Redis in JavaScript, in memory. */
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
 * Starts a redis-server. It never evicts, because it holds rate limits, leases and circuits. Data that must outlive it are
 * in PostgreSQL; it saves its cache each minute and at its end, so that a crash loses the entries of 60 s at most. An
 * append-only file would double the time of a rate limit: 0.66 instead of 0.35 ms when measured.
 */
export async function startRedisServer(
  group: ProcessGroup,
  program: string,
  socketFolder: string,
  dataFolder: string,
): Promise<Service> {
  const socket = join(socketFolder, 'redis.sock');
  makeFolder(dataFolder, 0o700);
  removeUnfinishedDumps(dataFolder);
  const flags = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '600',
    dir: dataFolder,
    save: '60 1',
    // On a full disk Redis goes on without saving.
    'stop-writes-on-bgsave-error': 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    loglevel: 'warning',
    logfile: join(dataFolder, 'redis.log'),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawnInto(group, { name: 'Redis', command: service('supervise', program, ...args) }, SAVE_MS);
  const supervisedPid = Number(await startMessage(child, 'supervises'));
  group.addPid(supervisedPid);
  await answersPing(child, socket, flags.logfile);
  return { child, url: `unix://${socket}`, label: program, supervisedPid };
}

/** Removes the unfinished dump of a killed server, which no server would remove. */
function removeUnfinishedDumps(dataFolder: string): void {
  for (const name of readdirSync(dataFolder)) if (/^temp-.*\.rdb$/.test(name)) rmSync(join(dataFolder, name));
}

/** Waits for a PONG: while a server loads its dump it accepts connections but refuses commands. */
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
