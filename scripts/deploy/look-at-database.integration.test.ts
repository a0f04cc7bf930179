import { openTestDatabase, testDatabaseUrl } from '@plantcommunity/db/testing';
import { expect, it } from 'vitest';
import { lookAtDatabase } from './look-at-services.ts';

const LAST = 'SELECT migration_name FROM _prisma_migrations ORDER BY started_at DESC, migration_name DESC LIMIT 1';

it('tells which migrations the database lacks', async () => {
  const database = await openTestDatabase();
  const { client } = database;
  try {
    expect(await lookAtDatabase(testDatabaseUrl())).toEqual([]);
    const [row] = await client.$queryRawUnsafe<{ migration_name: string }[]>(LAST);
    const name = row?.migration_name ?? '';
    await client.$executeRaw`UPDATE _prisma_migrations SET migration_name = 'x' WHERE migration_name = ${name}`;
    try {
      expect(await lookAtDatabase(testDatabaseUrl())).toEqual([
        { level: 'warning', about: 'DATABASE_URL', text: `lacks migrations, which the next start applies: ${name}.` },
      ]);
    } finally {
      await client.$executeRaw`UPDATE _prisma_migrations SET migration_name = ${name} WHERE migration_name = 'x'`;
    }
  } finally {
    await database.close();
  }
});

it('tells that the database is not there', async () => {
  expect(await lookAtDatabase('postgresql://nobody@127.0.0.1:1/none')).toMatchObject([
    { level: 'error', about: 'DATABASE_URL' },
  ]);
});
