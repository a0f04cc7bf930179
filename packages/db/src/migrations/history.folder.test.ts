import { expect, it } from 'vitest';
import { readMigrations } from './history.ts';

/** Comments, and bodies of functions, where BEGIN starts a block. */
const NO_STATEMENTS = /--.*$|\$\$[^]*?\$\$/gm;
/** Statements that end the one transaction of all migrations, or cannot run in it. */
const LEAVES = /\b(COMMIT|ROLLBACK|BEGIN|START TRANSACTION|CONCURRENTLY|VACUUM|CREATE DATABASE|ALTER SYSTEM)\b/i;

it('no migration ends the transaction that holds the lock', async () => {
  const migrations = await readMigrations();
  const leaving = migrations.filter(({ sql }) => LEAVES.test(sql.replaceAll(NO_STATEMENTS, '')));
  expect({ leaving: leaving.map(({ name }) => name), found: migrations.length > 5 }).toEqual({ leaving: [], found: true });
});
