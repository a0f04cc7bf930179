import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@plantcommunity/db';
import { applyMigrations } from '@plantcommunity/db/migrations';
import { freePort } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../root.ts';
import { findProgram } from '../start/find-program.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { type Cluster, missingCluster, startCluster } from '../test/services/postgres-cluster.ts';

const START_MS = 60_000;
const PASSWORD = `it's "for tests"`;
const missing = missingCluster() ?? (findProgram('psql') === undefined ? 'there is no psql' : undefined);

describe.skipIf(missing !== undefined)(`ops/postgres/create-app-role.sh${missing ? ` (${missing})` : ''}`, () => {
  const group = createProcessGroup({ add: () => {} });
  let cluster: Cluster;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    cluster = await startCluster(group, { port, access: ['host all all 127.0.0.1/32 scram-sha-256'] });
    const file = join(cluster.folder, 'password');
    writeFileSync(file, `${PASSWORD}\n`);
    const environment = { PGHOST: cluster.folder, PGPORT: String(port), POSTGRES_USER: 'postgres' };
    execFileSync(join(root, 'ops/postgres/create-app-role.sh'), {
      env: { ...process.env, ...environment, APP_PASSWORD_FILE: file },
    });
  }, START_MS);
  afterAll(async () => {
    await group.stop();
    cluster.remove();
  });

  const urlWith = (password: string) => `postgresql://plants:${encodeURIComponent(password)}@127.0.0.1:${port}/plants`;

  it('makes a role that can migrate and use its database, and is no superuser', { timeout: START_MS }, async () => {
    const url = urlWith(PASSWORD);
    expect((await applyMigrations(url)).applied).not.toEqual([]);
    const database = openDatabase({ url });
    try {
      expect(await database.client.user.count()).toBe(0);
      const rights = 'rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls';
      const [role] = await database.client.$queryRawUnsafe<Record<string, boolean>[]>(
        `SELECT ${rights} FROM pg_roles WHERE rolname = current_user`,
      );
      expect(new Set(Object.values(role ?? {}))).toEqual(new Set([false]));
    } finally {
      await database.close();
    }
  });

  it('lets no other password in', async () => {
    await expect(applyMigrations(urlWith('other'))).rejects.toThrow('user or password were refused');
  });
});
