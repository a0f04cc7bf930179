import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { service, startChild } from '../launcher/child.ts';
import { createCrew } from '../launcher/crew.ts';
import { findProgram } from '../launcher/find-program.ts';
import { startPostgres } from '../launcher/postgres.ts';
import { startJavaScriptRedis, startRedisServer } from '../launcher/redis.ts';
import { makeSocketFolder, removeSocketFolder } from '../launcher/socket-folder.ts';
import { StartError } from '../launcher/start-error.ts';
import { postgresAnswers } from './postgres-answers.ts';

const POSTGRES_USER = 'postgres';

/** A Redis and a migrated PostgreSQL for tests, by the variables that tests read. */
export interface TestServices {
  environment: { TEST_REDIS_URL: string; TEST_DATABASE_URL: string };
  close: () => Promise<void>;
}

/** The embedded parts, in memory, as on a machine where nothing was installed. */
export async function embeddedServices(): Promise<TestServices> {
  const folder = makeSocketFolder();
  const crew = createCrew({ add: () => {} });
  const close = async () => {
    await crew.dismiss();
    removeSocketFolder(folder);
  };
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres(crew, folder, undefined),
      startJavaScriptRedis(crew, folder),
    ]);
    await migrate(postgres.url);
    return { environment: { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The folder of PostgreSQL's programs that Debian keeps off PATH, the newest version's. */
function postgresPrograms(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().at(-1)?.slice(0, -'/initdb'.length);
}

/** Why the tests cannot run on real services here; undefined when they can. */
export function whyNoRealServices(): string | undefined {
  if (findProgram('redis-server', 'valkey-server') === undefined) return 'there is no redis-server';
  if (postgresPrograms() === undefined) return 'there is no PostgreSQL server';
  const isRoot = process.getuid?.() === 0;
  if (isRoot && findProgram('setpriv') === undefined) return 'PostgreSQL refuses to run as root';
  return undefined;
}

/** A redis-server and a PostgreSQL cluster of this machine, made for one run and thrown away after it. */
export async function realServices(): Promise<TestServices> {
  const redis = findProgram('redis-server', 'valkey-server');
  const programs = postgresPrograms();
  if (redis === undefined || programs === undefined) throw new StartError('No real services are here.');
  const folder = makeSocketFolder();
  const crew = createCrew({ add: () => {} });
  // Not below the folder above, which only we may enter: as root the server runs as somebody else.
  const cluster = mkdtempSync('/tmp/plant-cluster-');
  const close = async () => {
    await crew.dismiss();
    rmSync(cluster, { recursive: true, force: true });
    removeSocketFolder(folder);
  };
  try {
    const { url, command } = prepareCluster(programs, cluster);
    crew.add(startChild({ name: 'PostgreSQL', command: service('keeper', ...command), cwd: cluster }));
    const started = await startRedisServer(crew, redis, folder, join(folder, 'redis'));
    await postgresAnswers(join(cluster, '.s.PGSQL.5432'));
    await migrate(url);
    return { environment: { TEST_DATABASE_URL: url, TEST_REDIS_URL: started.url }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Not durable on purpose: it lives as long as the tests. */
function prepareCluster(programs: string, cluster: string): { url: string; command: string[] } {
  const data = join(cluster, 'data');
  mkdirSync(data);
  chmodSync(cluster, 0o700);
  const as =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${POSTGRES_USER}`, `--regid=${POSTGRES_USER}`, '--clear-groups', '--']
      : [];
  if (as.length > 0) {
    for (const id of ['-u', '-g'] as const) if (!numberOf(id)) throw new StartError('There is no user postgres.');
    for (const path of [cluster, data]) chownSync(path, numberOf('-u'), numberOf('-g'));
  }
  const flags = ['-D', data, '-U', POSTGRES_USER, '-A', 'trust', '-E', 'UTF8', '--no-sync', '-N'];
  const [program, ...args] = [...as, join(programs, 'initdb'), ...flags];
  if (program === undefined) throw new StartError('There is nothing to run.');
  execFileSync(program, args, {
    cwd: cluster,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const switches = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=200'];
  const server = ['-D', data, '-k', cluster, '-c', 'listen_addresses=', ...switches.flatMap((text) => ['-c', text])];
  const quiet = ['-c', 'log_min_messages=fatal'];
  const url = `postgresql://${POSTGRES_USER}@localhost/postgres?host=${encodeURIComponent(cluster)}`;
  return { url, command: [...as, join(programs, 'postgres'), ...server, ...quiet] };
}

function numberOf(id: '-u' | '-g'): number {
  try {
    return Number(execFileSync('id', [id, POSTGRES_USER], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return 0;
  }
}

async function migrate(url: string): Promise<void> {
  const child = startChild({
    name: 'migration',
    command: service('migrate'),
    env: { ...process.env, DATABASE_URL: url, DIRECT_DATABASE_URL: '' },
  });
  if ((await child.exited) !== 0) throw new StartError('The database for the tests could not be prepared; see above.');
}
