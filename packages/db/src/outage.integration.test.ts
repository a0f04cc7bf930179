import { describe, expect, it, type TestContext } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { isDatabaseUnavailable } from './database-error.ts';
import type { DatabaseEvent } from './health-gate.ts';
import { openTestDatabase, startDatabaseProxy, testDatabaseUrl, usesOneSession } from './testing/index.ts';

/** Twice the maximum wait of a caller. */
const BOUND_MS = 10_000;

const own = await openTestDatabase();
const isOneSession = await usesOneSession(own);
await own.close();

/** A database behind a proxy that the test freezes or cuts, with the events of both of its clients. */
async function setUp({ onTestFinished }: TestContext) {
  const proxy = await startDatabaseProxy(testDatabaseUrl());
  const database = openDatabase({ url: proxy.url, poolSize: 4 });
  /** A second client, with a single connection. */
  const small = openDatabase({ url: proxy.url, poolSize: 1 });
  onTestFinished(async () => {
    proxy.thaw();
    await Promise.all([database.close(), small.close()]);
    await proxy.close();
  });
  const eventsOf = (of: Database) => {
    const events: DatabaseEvent['type'][] = [];
    of.subscribe(({ type }) => events.push(type));
    return events;
  };
  const one = () => database.client.$queryRaw<{ n: number }[]>`SELECT 1 AS n`;
  const inTransaction = () =>
    database.client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1`;
      return transaction.user.count();
    });
  return { proxy, database, small, events: eventsOf(database), smallEvents: eventsOf(small), one, inTransaction };
}

function becomes(database: Database, type: DatabaseEvent['type']): Promise<void> {
  return new Promise((resolve) => {
    const stop = database.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve();
    });
  });
}

async function timed(work: readonly Promise<unknown>[]) {
  const began = performance.now();
  const results = await Promise.allSettled(work);
  const failed = results.map((result) => result.status === 'rejected' && isDatabaseUnavailable(result.reason));
  return { allUnavailable: failed.every(Boolean), tookMs: performance.now() - began };
}

// Most tests wait for a time limit, and do so together where one does not block the session of another.
describe('an unavailable database', { concurrent: !isOneSession }, () => {
  it('fails work within 5 s while it hangs, later work at once, and recovers without an open transaction', async (context) => {
    const { database, events, inTransaction, one, proxy, small } = await setUp(context);
    await Promise.all([one(), one(), inTransaction()]);
    const lost = becomes(small, 'lost');
    const frozen = Promise.withResolvers<void>();
    const transaction = small.client.$transaction(async (inner) => {
      await inner.$executeRaw`SET LOCAL application_name = 'left over'`;
      proxy.freeze();
      frozen.resolve();
      await inner.$queryRaw`SELECT 1`;
    });
    transaction.catch(() => undefined);
    await Promise.race([frozen.promise, transaction]);
    const first = await timed(Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? inTransaction() : one())));
    expect(first.allUnavailable).toBe(true);
    expect(first.tookMs).toBeLessThan(BOUND_MS);
    expect({ isUp: database.isUp, events }).toEqual({ isUp: false, events: ['lost'] });
    const second = await timed(Array.from({ length: 300 }, one));
    expect(second.allUnavailable).toBe(true);
    expect(second.tookMs).toBeLessThan(1_000);
    await expect(database.ping()).rejects.toThrow('it does not answer in time');
    await expect(transaction).rejects.toSatisfy(isDatabaseUnavailable);
    await lost;

    const ready = Promise.all([becomes(database, 'ready'), becomes(small, 'ready')]);
    proxy.thaw();
    await ready;
    expect(await Promise.all([one(), one(), one(), inTransaction()])).toHaveLength(4);
    expect({ isUp: database.isUp, events }).toEqual({ isUp: true, events: ['lost', 'ready'] });
    const [row] = await small.client.$queryRaw<{ name: string }[]>`SELECT current_setting('application_name') AS name`;
    expect(row?.name).not.toBe('left over');
  });

  it('is noticed without pending work when it is killed, and recovers', async (context) => {
    const { database, events, inTransaction, one, proxy } = await setUp(context);
    await Promise.all([one(), one()]);
    const lost = becomes(database, 'lost');
    await proxy.cut();
    await lost;
    const failing = await timed([one(), inTransaction()]);
    expect(failing.allUnavailable).toBe(true);
    expect(failing.tookMs).toBeLessThan(1_000);
    const ready = becomes(database, 'ready');
    await proxy.restore();
    await ready;
    expect(await one()).toEqual([{ n: 1 }]);
    expect(events).toEqual(['lost', 'ready']);
  });

  it('is noticed when it is killed right after a successful probe', async (context) => {
    const { database, one, proxy } = await setUp(context);
    await one();
    await database.ping();
    const lost = becomes(database, 'lost');
    await proxy.cut();
    await lost;
    expect(database.isUp).toBe(false);
    await proxy.restore();
  });

  it('is not reported for a statement that takes too long', async (context) => {
    context.skip(isOneSession, 'PGlite runs one statement at a time');
    const { database, events, one } = await setUp(context);
    const work = await timed([
      database.client.$queryRaw`SELECT pg_sleep(60)::text`,
      database.client.$transaction((transaction) => transaction.$queryRaw`SELECT pg_sleep(60)::text`),
    ]);
    expect(work.allUnavailable).toBe(true);
    expect(work.tookMs).toBeLessThan(BOUND_MS);
    expect(await Promise.all(Array.from({ length: 8 }, one))).toHaveLength(8);
    expect({ isUp: database.isUp, events }).toEqual({ isUp: true, events: [] });
    // The server has cancelled them, too: each would keep one of its connections.
    const goingOn = async () => {
      const [row] = await database.client.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`;
      return row?.n;
    };
    await context.expect.poll(goingOn, { timeout: BOUND_MS }).toBe(0);
  });

  it('ends the transactions of a process that hangs', async (context) => {
    const { database } = await setUp(context);
    const limits = await database.client.$transaction(
      (transaction) => transaction.$queryRaw`SELECT current_setting('statement_timeout') AS statement,
        current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(limits).toEqual([{ statement: '6s', idle: '15s' }]);
    // No setting stays with the session, which a pooler may give to another client.
    expect(await database.client.$queryRaw`SELECT current_setting('statement_timeout') AS statement`).toEqual([
      { statement: '0' },
    ]);
  });

  it('is not reported when the server has no connection left', async (context) => {
    context.skip(isOneSession, 'PGlite counts no connections');
    const { database, proxy } = await setUp(context);
    await database.client.$executeRawUnsafe('DROP ROLE IF EXISTS narrow');
    await database.client.$executeRawUnsafe('CREATE ROLE narrow LOGIN CONNECTION LIMIT 1');
    const url = new URL(proxy.url);
    url.username = 'narrow';
    const narrow = openDatabase({ url: url.href, poolSize: 1 });
    expect(await narrow.client.$queryRaw`SELECT 1 AS n`).toEqual([{ n: 1 }]);
    await expect(narrow.ping()).resolves.toBeUndefined();
    expect(narrow.isUp).toBe(true);
    await narrow.close();
    await database.client.$executeRawUnsafe('DROP ROLE narrow');
  });

  it('is not reported for a full pool', async (context) => {
    context.skip(isOneSession, 'PGlite serves one transaction at a time');
    const { small, smallEvents: events } = await setUp(context);
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const holding = small.client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1`;
      begun.resolve();
      await release.promise;
    });
    await begun.promise;
    const waiting = await timed([small.client.$queryRaw`SELECT 1`]);
    expect(waiting.allUnavailable).toBe(true);
    expect(waiting.tookMs).toBeLessThan(BOUND_MS);
    release.resolve();
    await holding;
    expect(await small.client.$queryRaw`SELECT 1 AS n`).toEqual([{ n: 1 }]);
    expect({ isUp: small.isUp, events }).toEqual({ isUp: true, events: [] });
  });
});
