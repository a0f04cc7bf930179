import { expect, it } from 'vitest';
import { readDatabaseUrl } from './connection/database-url.ts';
import { DatabaseUnavailableError } from './database-error.ts';

it('DatabaseUnavailableError names database, host and reason, and never user or password', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const target = readDatabaseUrl('postgresql://ann:s3cret@db.example/plants');
  const error = new DatabaseUnavailableError(target, cause);
  expect(error.message).toBe('The database "plants" on db.example:5432 is not available: nothing is listening there.');
  expect(error).toMatchObject({ code: 'database_unavailable', cause });
});
