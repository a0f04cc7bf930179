import { Client } from 'pg';
import { DatabaseUnavailableError } from '../database-error.ts';

/** Any number, as long as nothing else in the database takes the same. */
const LOCK = 7_209_221;
/** In milliseconds: more than a migration takes, less than a start should. */
const LOCK_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Of several starts at once one migrates and the others wait for it. PostgreSQL gives the lock free when its holder's
 * connection ends. (Behind PGlite's socket all connections are one session, which never waits for itself.)
 * @throws {DatabaseUnavailableError} when there is no connection to be had.
 */
export async function withMigrationLock<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = connect(url);
  // A connection that breaks while `work` runs shows there too.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new DatabaseUnavailableError(url, error);
  }
  try {
    await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
      await client.query('RESET lock_timeout');
    }
  } finally {
    await client.end();
  }
}

function connect(url: string): Client {
  try {
    return new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  } catch (error) {
    throw new DatabaseUnavailableError(url, error);
  }
}
