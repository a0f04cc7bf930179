import { type Database, isDatabaseUnavailable, openDatabase } from '@plantcommunity/db';
import { applyMigrations } from '@plantcommunity/db/migrations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProcessGroup } from '../../start/process-group.ts';
import { type Cluster, missingCluster, startCluster } from './postgres-cluster.ts';

/** Twice the maximum wait of a caller. */
const BOUND_MS = 10_000;

describe.skipIf(missingCluster() !== undefined)('a PostgreSQL server', () => {
  let cluster: Cluster;
  const group = createProcessGroup({ add: () => {} });
  let database: Database;
  const lines: string[] = [];
  beforeAll(async () => {
    cluster = await startCluster(group);
    await applyMigrations(cluster.url);
    database = openDatabase({ url: cluster.url, poolSize: 4 });
    database.subscribe((event) => lines.push(event.type));
  });
  afterAll(async () => {
    await database.close();
    await group.stop();
    cluster.remove();
  });

  const one = () => database.client.$queryRaw<{ n: number }[]>`SELECT 1 AS n`;
  const users = () => database.client.$transaction((transaction) => transaction.user.count());
  const becomes = (type: 'lost' | 'ready') =>
    new Promise<void>((resolve) => {
      const stop = database.subscribe((event) => {
        if (event.type !== type) return;
        stop();
        resolve();
      });
    });

  async function failing(work: readonly Promise<unknown>[]) {
    const began = performance.now();
    const results = await Promise.allSettled(work);
    return {
      areUnavailable: results.every((result) => result.status === 'rejected' && isDatabaseUnavailable(result.reason)),
      tookMs: performance.now() - began,
    };
  }

  it('that is stopped fails all work within 5 s, and serves again once it continues', async () => {
    expect(await Promise.all([one(), one(), users()])).toHaveLength(3);
    cluster.signal('SIGSTOP');
    const first = await failing([one(), one(), one(), one(), one(), users(), users()]);
    const second = await failing([one(), users()]);
    const ping = await failing([database.ping()]);
    const ready = becomes('ready');
    cluster.signal('SIGCONT');
    expect(ping.areUnavailable).toBe(true);
    expect(first.areUnavailable).toBe(true);
    expect(first.tookMs).toBeLessThan(BOUND_MS);
    expect(second.areUnavailable).toBe(true);
    expect(second.tookMs).toBeLessThan(1_000);
    await ready;
    expect(await Promise.all([one(), one(), one(), one(), users()])).toHaveLength(5);
    expect(lines).toEqual(['lost', 'ready']);
  });

  it('that is killed is detected without a query, so that queries fail at once', async () => {
    lines.length = 0;
    await Promise.all([one(), one()]);
    const lost = becomes('lost');
    cluster.signal('SIGKILL');
    await lost;
    const work = await failing([one(), users(), database.ping()]);
    expect(work.areUnavailable).toBe(true);
    expect(work.tookMs).toBeLessThan(1_000);
    expect({ isUp: database.isUp, lines }).toEqual({ isUp: false, lines: ['lost'] });
  });
});
