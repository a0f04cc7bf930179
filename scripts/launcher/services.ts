import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type ChildOptions, script, service, startChild } from './child.ts';
import type { Crew } from './crew.ts';
import { StartError } from './start-error.ts';

/** Generous: a busy machine takes long to unpack a database. */
const START_MS = 120_000;
const POLL_MS = 10;

/** An embedded part that accepts connections. */
export interface Service {
  child: Child;
  /** What the app is given to reach it. */
  url: string;
  /** What it is, for people. */
  label: string;
  /** A process that it started itself and that must not outlive it. */
  keeps?: number;
}

function hire(crew: Crew, options: ChildOptions): Child {
  const child = startChild(options);
  crew.add(child);
  return child;
}

/** PGlite on a socket in `socketFolder`; in memory when there is no data folder. */
export async function startPostgres(
  crew: Crew,
  socketFolder: string,
  dataFolder: string | undefined,
): Promise<Service> {
  const command = service('pglite', dataFolder ?? 'memory', socketFolder);
  const child = hire(crew, { name: 'PostgreSQL', command });
  await message(child, 'listening');
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
  return { child, url, label: 'PGlite' };
}

/** A `redis-server` of this machine, or else the one written in JavaScript; `dataFolder` keeps what the first is told. */
export async function startRedis(crew: Crew, socketFolder: string, dataFolder: string | undefined): Promise<Service> {
  const found = dataFolder === undefined ? undefined : findProgram('redis-server', 'valkey-server');
  return found === undefined || dataFolder === undefined
    ? startJavaScriptRedis(crew, socketFolder)
    : startRedisServer(crew, found, socketFolder, dataFolder);
}

export async function startJavaScriptRedis(crew: Crew, socketFolder: string): Promise<Service> {
  const socket = join(socketFolder, 'redis.sock');
  const child = hire(crew, { name: 'Redis', command: service('js-redis', socket) });
  await message(child, 'listening');
  return { child, url: `unix://${socket}`, label: 'js-redis-server, in memory' };
}

/** Limits, leases and circuits live in it, so nothing is ever evicted. */
export async function startRedisServer(
  crew: Crew,
  program: string,
  socketFolder: string,
  dataFolder: string,
): Promise<Service> {
  const socket = join(socketFolder, 'redis.sock');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const flags = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '600',
    dir: dataFolder,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    loglevel: 'warning',
    logfile: join(dataFolder, 'redis.log'),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const child = hire(crew, { name: 'Redis', command: service('keeper', program, ...args) });
  const keeps = Number(await message(child, 'keeps'));
  crew.note(keeps);
  await answersPing(child, socket);
  return { child, url: `unix://${socket}`, label: program, keeps };
}

/** The providers' stand-in, on a free port of its own. */
export async function startSimulator(crew: Crew, root: string): Promise<Service> {
  const child = hire(crew, {
    name: 'Provider simulator',
    command: script(join(root, 'apps/provider-simulator/src/main.ts')),
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      PLANT_LAUNCHER_PIPE: '1',
      // People should see the steps of an identification as they would be with the real services.
      SIMULATOR_LATENCY: process.env['SIMULATOR_LATENCY'] ?? 'human',
    },
  });
  return { child, url: await message(child, 'listening'), label: 'provider simulator' };
}

/** Where a program of one of the names is on PATH; its name when it is. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.find((name) => folders.some((folder) => isExecutable(join(folder, name))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Waits for the line of JSON with which a service tells that it serves, and gives the value of `key`. */
async function message(child: Child, key: string): Promise<string> {
  const line = (async () => {
    for await (const text of child.lines) {
      const value = valueIn(text, key);
      if (value !== undefined) return value;
    }
    throw new StartError(`${child.name} ended before it served; see above.`);
  })();
  return withinStart(child, line);
}

function valueIn(line: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const value: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, key) : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

async function withinStart<T>(child: Child, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(START_MS, undefined, { signal: timer.signal }).then(() => {
    throw new StartError(`${child.name} did not start within ${START_MS / 1000} s.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}

/** A server that reads its append-only file refuses commands meanwhile, so its answer is what counts. */
async function answersPing(child: Child, socket: string): Promise<void> {
  const start = performance.now();
  while (child.isRunning() && performance.now() - start < START_MS) {
    if (await ping(socket)) return;
    await sleep(POLL_MS);
  }
  throw new StartError(`${child.name} did not start; see redis.log in the data folder.`);
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
