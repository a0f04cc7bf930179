import { applyMigrations, pendingMigrations } from '@plantcommunity/db/migrations';
import { openTestDatabase, testDatabaseUrl } from '@plantcommunity/db/testing';
import { expect, it } from 'vitest';
import { probeDatabase } from './probe-services.ts';

const url = testDatabaseUrl();
const inSchema = (schema: string) => `${url}${url.includes('?') ? '&' : '?'}schema=${schema}`;

it('`probeDatabase` names the migrations that the database lacks, without applying them', async () => {
  await applyMigrations(url);
  expect(await probeDatabase(url)).toEqual([]);
  const names = await pendingMigrations(inSchema('not_there'));
  expect(names.length).toBeGreaterThan(5);
  const text = `lacks migrations, which the next start applies: ${names.join(', ')}.`;
  expect(await probeDatabase(inSchema('not_there'))).toEqual([{ level: 'warning', about: 'DATABASE_URL', text }]);
  expect(await probeDatabase(url, inSchema('public'))).toEqual([]);
});

it('`probeDatabase` reports a table that is not ours', async () => {
  const database = await openTestDatabase();
  try {
    await database.client.$executeRaw`CREATE SCHEMA taken`;
    await database.client.$executeRaw`CREATE TABLE taken."Photo" (n int)`;
    const [finding] = await probeDatabase(inSchema('taken'));
    expect(finding).toMatchObject({ level: 'error', about: 'DATABASE_URL' });
    expect(finding?.text).toContain('"Photo", which our migrations did not create');
  } finally {
    await database.client.$executeRaw`DROP SCHEMA taken CASCADE`;
    await database.close();
  }
});

it('`probeDatabase` reports a database that does not answer', async () => {
  expect(await probeDatabase('postgresql://ann@127.0.0.1:1/none')).toMatchObject([
    { level: 'error', about: 'DATABASE_URL' },
  ]);
});
