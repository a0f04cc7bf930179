import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { DatabaseUnavailableError, describeDatabase, reasonOf } from './database-error.ts';

describe('describeDatabase', () => {
  it.each([
    ['postgresql://ann:s3cret@db.example:5433/plants', '"plants" on db.example:5433'],
    ['postgresql://ann:s3cret@db.example/plants?sslmode=disable', '"plants" on db.example:5432'],
    ['postgresql://ann:s3cret@/plants?host=/run/postgresql', '"plants" on /run/postgresql'],
    ['postgresql://ann:s3cret@db.example:99x/plants', 'of an address that cannot be read'],
  ])('%s', (url, text) => expect(describeDatabase(url)).toBe(text));
});

describe('DatabaseUnavailableError', () => {
  it('names database, host and reason, and never user or password', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new DatabaseUnavailableError('postgresql://ann:s3cret@db.example/plants', cause);
    expect(error.message).toBe(
      'The database "plants" on db.example:5432 is not available: nothing is listening there.',
    );
    expect(error).toMatchObject({ code: 'database_unavailable', cause });
  });
});

describe('DatabaseUnavailableError of an address that cannot be read', () => {
  it('keeps none of it, nor of the error that quotes it', async () => {
    const database = openDatabase({ url: 'postgresql://ann:s3cret@db.example:99x/plants', poolSize: 1 });
    const error: unknown = await database.ping(1_000).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret');
    expect(error).toHaveProperty('message', expect.stringContaining('postgresql://user:password@host:5432/database'));
  });
});

describe('reasonOf', () => {
  it.each([
    [{ code: '3D000' }, 'there is no such database'],
    [
      { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '28P01' } } } },
      'user or password were refused',
    ],
    [
      { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } } },
      'nothing is listening there',
    ],
    [new Error('timeout expired'), 'it does not answer in time'],
    [new Error('boom'), 'it answers with an error'],
    ['boom', 'it answers with an error'],
    [null, 'it answers with an error'],
  ])('%j', (error, reason) => expect(reasonOf(error)).toBe(reason));

  it('ends on a cause that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(reasonOf(error)).toBe('it answers with an error');
  });
});
