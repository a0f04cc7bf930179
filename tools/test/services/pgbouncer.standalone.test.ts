import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Database, isDatabaseUnavailable, openDatabase, table } from '@plantcommunity/db';
import { applyMigrations, pendingMigrations } from '@plantcommunity/db/migrations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { service } from '../../start/child.ts';
import { createProcessGroup } from '../../start/process-group.ts';
import { missingPgbouncer, startPgbouncer } from './pgbouncer.ts';
import { type Cluster, missingCluster, startCluster } from './postgres-cluster.ts';

/** Twice the maximum wait of a caller. */
const BOUND_MS = 10_000;
const LOCK = 7_209_221;

const missing = missingCluster() ?? missingPgbouncer();

describe.skipIf(missing !== undefined)(`behind a transaction pooler${missing ? ` (${missing})` : ''}`, () => {
  const group = createProcessGroup({ add: () => {} });
  let cluster: Cluster;
  let pooler: { url: string; remove: () => void };
  let direct: Database;
  const opened: Database[] = [];

  beforeAll(async () => {
    cluster = await startCluster(group);
    pooler = await startPgbouncer(group, cluster);
    direct = open(cluster.url);
  });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await group.stop();
    pooler.remove();
    cluster.remove();
  });

  function open(url: string, poolSize = 10): Database {
    const database = openDatabase({ url, poolSize });
    opened.push(database);
    return database;
  }

  /** The migrations of a start, in a process of their own. */
  async function start(url: string, directUrl = ''): Promise<{ code: unknown; output: string }> {
    const [program, ...args] = service('migrate');
    const env = { ...process.env, APP_ENV: 'development', DATABASE_URL: url, DIRECT_DATABASE_URL: directUrl };
    const child = spawn(program, args, { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const ended: unknown[] = await once(child, 'close');
    return { code: ended[0], output };
  }

  const locks = () => direct.client.$queryRaw`SELECT objid FROM pg_locks WHERE locktype = 'advisory'`;

  it('two starts at once under load migrate once, and leave no lock', async () => {
    const url = `${pooler.url}?schema=two%20starts`;
    const load = open(pooler.url);
    const over = new AbortController();
    const work = Array.from({ length: 20 }, async () => {
      while (!over.signal.aborted) {
        await load.client.$transaction((transaction) => transaction.$queryRaw`SELECT pg_sleep(0.005)::text`);
        await load.client.$queryRaw`SELECT 1`;
      }
    });
    const starts = await Promise.all([start(url), start(url)]);
    over.abort();
    await Promise.all(work);
    expect(starts.map(({ code }) => code)).toEqual([0, 0]);
    const lists = starts.map(({ output }) => (output.match(/_[a-z_]+/g) ?? []).length).toSorted((a, b) => a - b);
    expect(lists).toEqual([0, (await pendingMigrations(`${pooler.url}?schema=none`)).length]);
    expect(await locks()).toEqual([]);
    expect(await start(url)).toEqual({ code: 0, output: '{"applied":[]}\n' });
  });

  it('the app works in the schema of its URL, though no session is set to it', async () => {
    const url = `${pooler.url}?schema=we%20grow&pgbouncer=true`;
    await applyMigrations(url, { directUrl: cluster.url });
    const { client } = open(url);
    const ids = Array.from({ length: 40 }, (_, n) => `user ${n}`);
    await Promise.all(
      ids.map((id) => client.user.create({ data: { id, email: `${id}@example.org`, createdAt: new Date(0) } })),
    );
    const found = await Promise.all(
      ids.map((id) => client.$queryRaw<{ id: string }[]>`SELECT "id" FROM ${table('User')} WHERE "id" = ${id}`),
    );
    expect(found.map(([row]) => row?.id)).toEqual(ids);
    await client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM ${table('User')} WHERE "id" = ${ids[0]} FOR UPDATE`;
      await transaction.user.delete({ where: { id: ids[0] ?? '' } });
    });
    expect(await client.user.count()).toBe(39);
  });

  it('DIRECT_DATABASE_URL must lead to the same database', async () => {
    await direct.client.$executeRaw`CREATE DATABASE elsewhere`;
    const elsewhere = cluster.url.replace('/postgres?', '/elsewhere?');
    const { code, output } = await start(pooler.url, elsewhere);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^DIRECT_DATABASE_URL leads to another database, "elsewhere" on .*, than DATABASE_URL, "postgres"/,
    );
    expect(await pendingMigrations(elsewhere)).toEqual(await pendingMigrations(`${pooler.url}?schema=none`));
  });

  it('DIRECT_DATABASE_URL may set another time zone and another form of dates', async () => {
    const options = encodeURIComponent('-c TimeZone=Asia/Tokyo -c DateStyle=German');
    const { code, output } = await start(`${pooler.url}?schema=zones`, `${cluster.url}&options=${options}`);
    expect(output).toMatch(/^\{"applied":\["/);
    expect(code).toBe(0);
  });

  it('a role that may not read our table of migrations gets that reason', async () => {
    const url = `${pooler.url}?schema=theirs`;
    await applyMigrations(url);
    await direct.client.$executeRaw`CREATE ROLE reader LOGIN`;
    const { code, output } = await start(url, cluster.url.replace('postgres@', 'reader@'));
    expect(code).toBe(1);
    expect(output).toContain('has a table _prisma_migrations that the role of DATABASE_URL may not read. Nothing was');
    expect(output).toContain('the role must own them');
  });

  it('the time limits of a transaction do not outlive it', async () => {
    const { client } = open(pooler.url);
    await Promise.all(Array.from({ length: 20 }, () => client.$transaction((one) => one.$queryRaw`SELECT 1`)));
    const settings = await Promise.all(
      Array.from(
        { length: 20 },
        () => client.$queryRaw<{ limit: string }[]>`SELECT current_setting('statement_timeout') AS limit`,
      ),
    );
    expect(new Set(settings.map(([row]) => row?.limit))).toEqual(new Set(['0']));
  });

  // These two wait for a time limit, and do so together: another database has connections of its own in the pooler.
  it.concurrent('a lock that an older release left in a session is reported within 10 s with a remedy that works', async () => {
    await direct.client.$executeRaw`CREATE DATABASE stranded`;
    const url = pooler.url.replace(/postgres$/, 'stranded');
    const directUrl = cluster.url.replace('/postgres?', '/stranded?');
    const old = open(url, 1);
    const [holder] = await old.client.$queryRaw<{ pid: number }[]>`
      SELECT pg_backend_pid() AS pid, pg_advisory_lock(${LOCK})::text`;
    await old.close();
    const began = performance.now();
    const failed = await start(url, directUrl);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    expect(failed.code).toBe(1);
    expect(failed.output).toContain(`held by process ${holder?.pid} of the server (application "plant-id-community`);
    const [remedy = ''] = /select pg_terminate_backend\(\d+\)/.exec(failed.output) ?? [];
    await direct.client.$queryRawUnsafe(remedy);
    expect(await start(url, directUrl)).toMatchObject({ code: 0 });
  });

  it.concurrent('a statement that takes too long is cancelled at the server', async (context) => {
    const { client } = open(pooler.url);
    const error: unknown = await client.$queryRaw`SELECT pg_sleep(61)::text`.catch((reason: unknown) => reason);
    expect(isDatabaseUnavailable(error)).toBe(true);
    const goingOn = async () => {
      const [row] = await direct.client.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(61)%' AND state = 'active'
        AND pid <> pg_backend_pid()`;
      return row?.n;
    };
    await context.expect.poll(goingOn, { timeout: BOUND_MS }).toBe(0);
  });

  it('a start with options fails with those that the pooler refuses and the remedy', async () => {
    const { code, output } = await start(`${pooler.url}?options=-c%20work_mem%3D8MB`);
    expect(code).toBe(1);
    expect(output).toMatch(/its pooler refuses the startup parameter options; leave options out of the URL.*\n$/);
  });

  it('a server that hangs fails all work within 5 s, and serves again once it continues', async () => {
    const database = open(pooler.url);
    const { client } = database;
    const one = () => client.$queryRaw<{ n: number }[]>`SELECT 1 AS n`;
    await Promise.all([one(), one()]);
    cluster.signal('SIGSTOP');
    const began = performance.now();
    const migrating = applyMigrations(pooler.url).catch((reason: unknown) => reason);
    const results = await Promise.allSettled([one(), one(), client.$transaction((inner) => inner.$queryRaw`SELECT 1`)]);
    const tookMs = performance.now() - began;
    const starting = await migrating;
    const ready = new Promise<void>((resolve) => {
      database.subscribe(({ type }) => type === 'ready' && resolve());
    });
    cluster.signal('SIGCONT');
    expect(results.every((result) => result.status === 'rejected' && isDatabaseUnavailable(result.reason))).toBe(true);
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(isDatabaseUnavailable(starting)).toBe(true);
    await ready;
    expect(await Promise.all([one(), one(), one()])).toHaveLength(3);
  });
});
