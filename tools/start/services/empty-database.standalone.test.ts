import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, expect, it } from 'vitest';
import { createEmptyDatabase } from './empty-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'plant-database-'));
const copy = join(folder, 'copy.tar');
const opened: PGlite[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function tablesOf(place: string, from = copy): Promise<unknown> {
  const database = await createEmptyDatabase(place, from);
  opened.push(database);
  const { rows } = await database.query("SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'");
  return rows;
}

it('the first empty database leaves a copy, from which others are created in memory and in a folder', async () => {
  expect(await tablesOf('memory://')).toEqual([{ tables: 0 }]);
  await opened[0]?.exec('CREATE TABLE later (id int)');
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(await tablesOf('memory://')).toEqual([{ tables: 0 }]);
  expect(await tablesOf(join(folder, 'data'))).toEqual([{ tables: 0 }]);
});

it('a damaged copy fails once, and is made anew by the next call', async () => {
  writeFileSync(copy, 'no files');
  await expect(createEmptyDatabase('memory://', copy)).rejects.toThrow('failed to initialize');
  expect(existsSync(copy)).toBe(false);
  expect(await tablesOf('memory://')).toEqual([{ tables: 0 }]);
  expect(existsSync(copy)).toBe(true);
});

it('an empty database is created where no copy can be written', async () => {
  expect(await tablesOf('memory://', join(folder, 'missing', 'copy.tar'))).toEqual([{ tables: 0 }]);
});
