import { join } from 'node:path';
import { service, startChild } from '../start/child.ts';
import { findProgram } from '../start/find-program.ts';
import { startPostgres } from '../start/postgres.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { startJavaScriptRedis, startRedisServer } from '../start/redis.ts';
import { makeSocketFolder, removeSocketFolder } from '../start/socket-folder.ts';
import { StartError } from '../start/start-error.ts';
import { type Cluster, missingCluster, startCluster } from './postgres-cluster.ts';

/** A Redis and a migrated PostgreSQL for tests, by the variables that tests read. */
export interface TestServices {
  environment: { TEST_REDIS_URL: string; TEST_DATABASE_URL: string };
  close: () => Promise<void>;
}

/** The embedded parts, in memory, as on a machine where nothing was installed. */
export async function embeddedServices(): Promise<TestServices> {
  const folder = makeSocketFolder();
  const group = createProcessGroup({ add: () => {} });
  const close = async () => {
    await group.stop();
    removeSocketFolder(folder);
  };
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres(group, folder, undefined),
      startJavaScriptRedis(group, folder),
    ]);
    await migrate(postgres.url);
    return { environment: { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Why the tests cannot run on real services here; undefined when they can. */
export function missingRealServices(): string | undefined {
  if (findProgram('redis-server', 'valkey-server') === undefined) return 'there is no redis-server';
  return missingCluster();
}

/** A redis-server and a PostgreSQL cluster of this machine, made for one run and thrown away after it. */
export async function realServices(): Promise<TestServices> {
  const redis = findProgram('redis-server', 'valkey-server');
  if (redis === undefined) throw new StartError('No real services are here.');
  const folder = makeSocketFolder();
  const group = createProcessGroup({ add: () => {} });
  let cluster: Cluster | undefined;
  const close = async () => {
    await group.stop();
    cluster?.remove();
    removeSocketFolder(folder);
  };
  try {
    cluster = await startCluster(group);
    const started = await startRedisServer(group, redis, folder, join(folder, 'redis'));
    await migrate(cluster.url);
    return { environment: { TEST_DATABASE_URL: cluster.url, TEST_REDIS_URL: started.url }, close };
  } catch (error) {
    await close();
    throw error;
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
