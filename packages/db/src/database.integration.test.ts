import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import type { EndedStatement } from './statement-text.ts';
import { openTestDatabase, testDatabaseUrl, usesOneSession } from './testing/index.ts';

describe('openDatabase', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase({ poolSize: 4 });
  });
  afterAll(() => database.close());

  const newUser = (email: string) => ({ id: randomUUID(), email, passwordHash: 'x', createdAt: new Date(0) });

  it('answers a ping', async () => {
    await expect(database.ping(2_000)).resolves.toBeUndefined();
  });

  it('answers a ping while every connection of its pool is in use', async () => {
    const busy = openDatabase({ url: testDatabaseUrl(), poolSize: 1 });
    // PGlite serves one transaction at a time, so that a transaction must not hold the only connection.
    const isHeld = !(await usesOneSession(busy));
    const held = Promise.withResolvers<void>();
    const holding = isHeld
      ? busy.client.$transaction(async (transaction) => {
          await transaction.$queryRaw`SELECT 1`;
          await held.promise;
        })
      : Promise.resolve();
    await expect(busy.ping()).resolves.toBeUndefined();
    held.resolve();
    await holding;
    await busy.close();
  });

  it('serves more callers than it has connections', async () => {
    const other = openDatabase({ url: testDatabaseUrl(), poolSize: 4 });
    const numbers = Array.from({ length: 60 }, (_, n) => n);
    const answers = await Promise.all(
      numbers.map((n) => (n % 2 ? other : database).client.$queryRaw<{ n: number }[]>`SELECT ${n}::int AS n`),
    );
    await other.close();
    expect(answers.map(([row]) => row?.n)).toEqual(numbers);
  });

  it('reports its connections in use and idle, and the callers that wait for one', async () => {
    const small = openDatabase({ url: testDatabaseUrl(), poolSize: 1 });
    const unused = small.pool();
    const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = small.client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1`;
      begun.resolve();
      await release.promise;
    });
    await begun.promise;
    const held = small.pool();
    // Prisma sends a query when it is awaited.
    const waiting = small.client.$queryRaw`SELECT 1`.then(() => undefined);
    await expect.poll(() => small.pool().waiting).toBe(1);
    release.resolve();
    await Promise.all([holding, waiting]);
    expect({ unused, held, afterwards: small.pool() }).toEqual({
      unused: { inUse: 0, idle: 0, waiting: 0, size: 1 },
      held: { inUse: 1, idle: 0, waiting: 0, size: 1 },
      afterwards: { inUse: 0, idle: 1, waiting: 0, size: 1 },
    });
    await small.close();
  });

  it('reports the end of each statement, failed ones and those of transactions included, without its parameters', async () => {
    const ended: EndedStatement[] = [];
    const reporting = openDatabase({ url: testDatabaseUrl(), onStatement: (statement) => ended.push(statement) });
    await reporting.client.$queryRaw`SELECT ${'secret'}::text, pg_sleep(0.02)::text`;
    await reporting.client.$transaction((transaction) => transaction.$executeRaw`SELECT ${1}::int`);
    await reporting.client.$queryRaw`SELECT 1 / ${0}::int`.catch(() => undefined);
    await reporting.close();
    expect(ended.map(({ sql }) => sql)).toEqual([
      'SELECT $1::text, pg_sleep(0.02)::text',
      'SELECT $1::int',
      'COMMIT',
      'SELECT 1 / $1::int',
    ]);
    expect(ended[0]?.durationMs).toBeGreaterThanOrEqual(20);
  });

  it('keeps times unchanged in any time zone of the server', async () => {
    const createdAt = new Date('2026-03-29T01:30:00.123Z');
    await database.client.user.create({ data: { ...newUser('times@example.org'), createdAt } });
    const [row] = await database.client.$queryRaw<
      { utc: string }[]
    >`SELECT "createdAt"::text AS utc FROM "User" WHERE email = 'times@example.org'`;
    expect(row?.utc).toBe('2026-03-29 01:30:00.123');
    const user = await database.client.user.findUniqueOrThrow({ where: { email: 'times@example.org' } });
    expect(user.createdAt).toEqual(createdAt);
  });

  it('rolls back a transaction that fails', async () => {
    const failing = database.client.$transaction(async (transaction) => {
      await transaction.user.create({ data: newUser('gone@example.org') });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.client.user.count({ where: { email: 'gone@example.org' } })).toBe(0);
  });
});
