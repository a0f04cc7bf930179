// Serves a PostgreSQL and a redis-server of this machine on ports of 127.0.0.1, as those of a deployment, until its
// standard input closes. Prints their addresses, or the reason why there are none. Argument: a folder for Redis.
import { join } from 'node:path';
import { freePort } from '@plantcommunity/resilience/testing';
import { service } from '../../start/child.ts';
import { findProgram } from '../../start/find-program.ts';
import { createProcessGroup, spawnInto, startMessage } from '../../start/process-group.ts';
import { endWithParentPipe } from '../../start/services/parent-pipe.ts';
import { startCluster } from './postgres-cluster.ts';
import { missingRealServices } from './real-services.ts';

const [folder = ''] = process.argv.slice(2);
const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function serve(): Promise<void> {
  const group = createProcessGroup({ add: () => {} });
  const ports = { postgres: await freePort(), redis: await freePort() };
  const flags = ['--bind', '127.0.0.1', '--port', String(ports.redis), '--dir', folder, '--save', ''];
  const redis = findProgram('redis-server', 'valkey-server') ?? '';
  const command = service('supervise', redis, ...flags, '--logfile', join(folder, 'redis.log'));
  const access = ['host all all 127.0.0.1/32 trust'];
  const [cluster] = await Promise.all([
    startCluster(group, { port: ports.postgres, access }),
    startMessage(spawnInto(group, { name: 'Redis', command }), 'supervises'),
  ]);
  endWithParentPipe(async () => {
    await group.stop();
    cluster.remove();
  });
  say({
    databaseUrl: `postgresql://postgres@127.0.0.1:${ports.postgres}/postgres`,
    redisUrl: `redis://127.0.0.1:${ports.redis}`,
  });
}

const missing = missingRealServices();
if (missing === undefined) await serve();
else say({ missing });
