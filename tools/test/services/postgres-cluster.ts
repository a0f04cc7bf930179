import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { service, startChild } from '../../start/child.ts';
import { findProgram } from '../../start/find-program.ts';
import type { ProcessGroup } from '../../start/process-group.ts';
import { StartError } from '../../start/start-error.ts';

const USER = 'postgres';

/** A PostgreSQL of this machine, made for one run. Not durable on purpose: it lives as long as the tests. */
export interface Cluster {
  /** Folder of its socket and of what else belongs to it; the server's user owns it. */
  readonly folder: string;
  /** Connection URL of its socket. */
  readonly url: string;
  /** Sends a signal to the server and to the process of each of its connections. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
  /** Removes its files; the group ends the server. */
  remove(): void;
}

export interface ClusterOptions {
  /** Listens on this port of 127.0.0.1 beside its socket. */
  port?: number;
  /** Rules of pg_hba.conf for 127.0.0.1; those of the socket trust everyone. */
  access?: readonly string[];
  /** Files of its data folder, for certificates. */
  files?: Readonly<Record<string, string>>;
  settings?: readonly string[];
}

/** Returns the folder of PostgreSQL's programs, which Debian keeps off PATH; of several versions the newest. */
function programsFolder(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().at(-1)?.slice(0, -'/initdb'.length);
}

/** Returns why no cluster can run here; undefined when one can. */
export function missingCluster(): string | undefined {
  if (programsFolder() === undefined) return 'there is no PostgreSQL server';
  const isRoot = process.getuid?.() === 0;
  if (isRoot && findProgram('setpriv') === undefined) return 'PostgreSQL refuses to run as root';
  return undefined;
}

export async function startCluster(group: ProcessGroup, options: ClusterOptions = {}): Promise<Cluster> {
  const programs = programsFolder();
  if (programs === undefined) throw new StartError('There is no PostgreSQL server.');
  const folder = makeFolder('/tmp/plant-cluster-');
  const data = join(folder, 'data');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    mkdirSync(data);
    own(data);
    const flags = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-sync', '-N'];
    const [program, ...args] = asServerUser(join(programs, 'initdb'), ...flags);
    execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    for (const [name, text] of Object.entries(options.files ?? {})) writeOwned(join(data, name), text);
    if (options.access)
      writeOwned(join(data, 'pg_hba.conf'), ['local all all trust', ...options.access, ''].join('\n'));
    const command = asServerUser(join(programs, 'postgres'), ...serverFlags(folder, data, options));
    group.add(startChild({ name: 'PostgreSQL', command: service('supervise', ...command), cwd: folder }));
    await postgresAnswers(join(folder, `.s.PGSQL.${options.port ?? 5432}`));
  } catch (error) {
    remove();
    throw error;
  }
  const port = options.port === undefined ? '' : `&port=${options.port}`;
  return {
    folder,
    url: `postgresql://${USER}@localhost/postgres?host=${encodeURIComponent(folder)}${port}`,
    signal(name) {
      const [first = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
      const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').split(' ').filter(Boolean);
      for (const id of [first, ...children]) process.kill(Number(id), name);
    },
    remove,
  };
}

function serverFlags(folder: string, data: string, { port, settings = [] }: ClusterOptions): string[] {
  const all = [
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'max_connections=200',
    'log_min_messages=panic',
    port === undefined ? 'listen_addresses=' : 'listen_addresses=127.0.0.1',
    ...(port === undefined ? [] : [`port=${port}`]),
    ...settings,
  ];
  return ['-D', data, '-k', folder, ...all.flatMap((text) => ['-c', text])];
}

/**
 * Makes a folder that only the server's user may enter. It is not below one of ours: under root the server has another
 * user.
 */
export function makeFolder(prefix: string): string {
  const folder = mkdtempSync(prefix);
  chmodSync(folder, 0o700);
  own(folder);
  return folder;
}

/** Writes a file that only the server's user may read. */
export function writeOwned(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  own(path);
}

/** Returns the command that runs a program as a user that PostgreSQL and PgBouncer accept: neither runs as root. */
export function asServerUser(program: string, ...args: string[]): [string, ...string[]] {
  if (process.getuid?.() !== 0) return [program, ...args];
  return ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', '--', program, ...args];
}

function own(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, idOf('-u'), idOf('-g'));
}

function idOf(flag: '-u' | '-g'): number {
  try {
    return Number(execFileSync('id', [flag, USER], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    throw new StartError('There is no user postgres.');
  }
}

const START_MS = 60_000;
const POLL_MS = 50;
/** The code of the error with which PostgreSQL refuses a session while it starts (cannot_connect_now). */
const STILL_STARTING = '57P03';

/** Asks for a session by protocol 3.0. The server answers with a request to authenticate, or with an error. */
const STARTUP = startupMessage({ user: 'postgres', database: 'postgres' });

function startupMessage(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(`\0\x03\0\0${Object.entries(parameters).flat().join('\0')}\0\0`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + length.length);
  return Buffer.concat([length, body]);
}

/** Waits until a PostgreSQL accepts sessions on its socket. */
async function postgresAnswers(socket: string): Promise<void> {
  const start = performance.now();
  while (!(await answersOn({ path: socket }))) {
    if (performance.now() - start > START_MS) throw new StartError('PostgreSQL did not start.');
    await sleep(POLL_MS);
  }
}

/** Whether a PostgreSQL, or a pooler in front of one, accepts sessions there. */
export function answersOn(place: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(place);
    connection.once('connect', () => connection.write(STARTUP));
    connection.once('data', (reply) => {
      resolve(!reply.includes(STILL_STARTING));
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
    connection.once('close', () => resolve(false));
  });
}
