// globalSetup of vitest projects that run on the servers of this machine.
import { join } from 'node:path';
import { findProgram } from '../../start/find-program.ts';
import { createProcessGroup } from '../../start/process-group.ts';
import { startRedisServer } from '../../start/redis.ts';
import { makeSocketFolder, removeSocketFolder } from '../../start/socket-folder.ts';
import { StartError } from '../../start/start-error.ts';
import { type Cluster, missingCluster, startCluster } from './postgres-cluster.ts';
import { useTestServices } from './test-environment.ts';

const findRedis = (): string | undefined => findProgram('redis-server', 'valkey-server');

/** Returns why tests cannot run on the servers of this machine; undefined when they can. */
export function missingRealServices(): string | undefined {
  return findRedis() === undefined ? 'there is no redis-server' : missingCluster();
}

/** Starts a redis-server and a PostgreSQL cluster for one run. Returns what stops them and removes their files. */
export default async function startRealServices(): Promise<() => Promise<void>> {
  const redis = findRedis();
  if (redis === undefined) throw new StartError(`Tests cannot run on real services: ${missingRealServices()}.`);
  const folder = makeSocketFolder();
  const group = createProcessGroup({ add: () => {} });
  let cluster: Cluster | undefined;
  const stop = async () => {
    await group.stop();
    cluster?.remove();
    removeSocketFolder(folder);
  };
  try {
    cluster = await startCluster(group);
    const { url: redisUrl } = await startRedisServer(group, redis, folder, join(folder, 'redis'));
    await useTestServices({ databaseUrl: cluster.url, redisUrl });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
