// globalSetup of vitest projects that run on the embedded services.
import { startPostgres } from '../../start/postgres.ts';
import { createProcessGroup } from '../../start/process-group.ts';
import { startJavaScriptRedis } from '../../start/redis.ts';
import { makeSocketFolder, removeSocketFolder } from '../../start/socket-folder.ts';
import { useTestServices } from './test-environment.ts';

/** Starts the embedded services in memory, as on a machine where nothing was installed. Returns what stops them. */
export default async function startEmbeddedServices(): Promise<() => Promise<void>> {
  const folder = makeSocketFolder();
  const group = createProcessGroup({ add: () => {} });
  const stop = async () => {
    await group.stop();
    removeSocketFolder(folder);
  };
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres(group, folder, undefined),
      startJavaScriptRedis(group, folder),
    ]);
    await useTestServices({ databaseUrl: postgres.url, redisUrl: redis.url });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
