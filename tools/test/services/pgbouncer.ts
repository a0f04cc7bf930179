import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@plantcommunity/resilience/testing';
import { service, startChild } from '../../start/child.ts';
import type { ProcessGroup } from '../../start/process-group.ts';
import { StartError } from '../../start/start-error.ts';
import { answersOn, asServerUser, type Cluster, makeFolder, writeOwned } from './postgres-cluster.ts';

/** Path of PgBouncer, which Debian keeps off the PATH of users other than root. */
const PROGRAM = '/usr/sbin/pgbouncer';
const START_MS = 20_000;
const POLL_MS = 50;

/** Returns why PgBouncer cannot run here; undefined when it can. */
export function missingPgbouncer(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `there is no ${PROGRAM}`;
}

/**
 * Starts a PgBouncer in front of a cluster in `pool_mode=transaction`, with few connections so that clients share them,
 * and otherwise as Debian configures it.
 */
export async function startPgbouncer(
  group: ProcessGroup,
  cluster: Cluster,
): Promise<{ url: string; remove: () => void }> {
  const folder = makeFolder('/tmp/plant-pooler-');
  const port = await freePort();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  writeOwned(join(folder, 'users.txt'), '"postgres" ""\n');
  writeOwned(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${cluster.folder}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
logfile = ${join(folder, 'pgbouncer.log')}
pool_mode = transaction
default_pool_size = 4
`,
  );
  const command = asServerUser(PROGRAM, '-q', join(folder, 'pgbouncer.ini'));
  group.add(startChild({ name: 'PgBouncer', command: service('supervise', ...command), cwd: folder }));
  const start = performance.now();
  while (!(await answersOn({ host: '127.0.0.1', port }))) {
    if (performance.now() - start > START_MS) throw new StartError('PgBouncer did not start.');
    await sleep(POLL_MS);
  }
  return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, remove };
}
