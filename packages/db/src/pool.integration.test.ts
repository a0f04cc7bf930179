import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { openTestDatabase, testDatabaseUrl, usesOneSession } from './testing/index.ts';

const admin = await openTestDatabase();
const isOneSession = await usesOneSession(admin);
afterAll(() => admin.close());

// PGlite lists no connections.
describe.skipIf(isOneSession)('the connection pool', () => {
  /** Gives connections an application name by which the server can count them. */
  function open(
    { onTestFinished }: TestContext,
    name: string,
    { query = '', ...options }: Omit<DatabaseOptions, 'url'> & { query?: string } = {},
  ) {
    const url = `${testDatabaseUrl()}&application_name=${name}${query}`;
    const database = openDatabase({ url, ...options });
    onTestFinished(() => database.close());
    const pids = async () => {
      const rows = await admin.client.$queryRaw<{ pid: number }[]>`
        SELECT pid FROM pg_stat_activity WHERE application_name = ${name} ORDER BY pid`;
      return rows.map(({ pid }) => pid);
    };
    return { database, pids };
  }

  const load = (database: Database, callers: number) =>
    Promise.all(Array.from({ length: callers }, () => database.client.$queryRaw`SELECT pg_sleep(0.02)::text`));

  it.for([
    { name: 'DATABASE_POOL', options: { poolSize: 3 }, most: 3 },
    { name: 'connection_limit of the URL', options: { query: '&connection_limit=4' }, most: 4 },
    {
      name: 'DATABASE_POOL before connection_limit',
      options: { poolSize: 2, query: '&connection_limit=4' },
      most: 2,
    },
    { name: '10 without either', options: {}, most: 10 },
  ] as const)('has at most the connections of $name', async ({ name, options, most }, context) => {
    const application = `pool of ${most}, ${name.length}`;
    const { database } = open(context, application, options);
    await load(database, most + 5);
    // On a busy machine work takes so long that one more connection probes the database; it never ran the load.
    const loaded = await admin.client.$queryRaw<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity WHERE application_name = ${application} AND query LIKE '%pg_sleep%'`;
    expect(loaded).toHaveLength(most);
  });

  /** Runs one query, and returns the connection that ran it. */
  async function connectionOf({ client }: Database): Promise<number | undefined> {
    const [row] = await client.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    return row?.pid;
  }

  // These three wait for an age of connections, and do so together.
  it.concurrent('closes a connection that is idle for DATABASE_IDLE_TIMEOUT', async (context) => {
    const { database, pids } = open(context, 'idle', { poolSize: 1, idleTimeoutMs: 1_000 });
    const idle = await connectionOf(database);
    await context.expect.poll(pids, { timeout: 10_000 }).toEqual([]);
    expect(await connectionOf(database)).not.toBe(idle);
  });

  it.concurrent('replaces a connection that is older than DATABASE_MAX_LIFETIME, though it is in use', async (context) => {
    const { database } = open(context, 'old', { poolSize: 1, maxLifetimeMs: 2_000 });
    const opened = performance.now();
    const old = await connectionOf(database);
    await context.expect.poll(() => connectionOf(database), { timeout: 10_000 }).not.toBe(old);
    // Not before its time, apart from the precision of timers.
    expect(performance.now() - opened).toBeGreaterThan(1_990);
  });

  it.concurrent('has one more connection for probes, which is replaced as well', async (context) => {
    const { database, pids } = open(context, 'probed', { poolSize: 1, maxLifetimeMs: 2_000 });
    await database.ping();
    const [first = 0] = await pids();
    const probed = async () => {
      await database.ping();
      return (await pids()).includes(first);
    };
    await context.expect.poll(probed, { timeout: 10_000, interval: 200 }).toBe(false);
    expect(await pids()).not.toContain(first);
  });
});
