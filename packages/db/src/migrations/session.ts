import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError, type QueryResultRow } from 'pg';
import { clientConfig } from '../connection/client-config.ts';
import type { DatabaseTarget } from '../connection/database-target.ts';
import { DatabaseUnavailableError, isConnectionFailure } from '../database-error.ts';
import { startTimeLimit } from '../time-limits.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Longest wait for an answer, in milliseconds, unless a statement is given more. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Longest wait for the end of the connection, in milliseconds. */
const END_TIMEOUT_MS = 1_000;

/** A connection that runs one statement at a time, each with a time limit. */
export interface Session {
  readonly target: DatabaseTarget;
  /**
   * Runs one statement with values, or several without.
   * @throws {DatabaseUnavailableError} when the connection fails or the answer takes longer than `timeoutMs`
   * @throws {DatabaseError} for an error of the server
   */
  run<T extends QueryResultRow>(sql: string, values?: readonly unknown[], timeoutMs?: number): Promise<T[]>;
}

/**
 * Opens a connection, runs `work` and closes the connection.
 * @throws {DatabaseUnavailableError}
 */
export async function withSession<T>(target: DatabaseTarget, work: (session: Session) => Promise<T>): Promise<T> {
  const config = clientConfig(target);
  let stream: Duplex | undefined;
  const client = new Client({
    ...config,
    application_name: `${target.applicationName} migration`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    stream: () => (stream = config.stream?.() ?? new Socket()),
  });
  // A broken connection fails the running statement.
  client.on('error', () => undefined);
  const unavailable = (error: unknown) => new DatabaseUnavailableError(target, error);
  try {
    await client.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
    return await work({
      target,
      async run<R extends QueryResultRow>(sql: string, values: readonly unknown[] = [], timeoutMs = ANSWER_TIMEOUT_MS) {
        const late = Promise.withResolvers<never>();
        const cancel = startTimeLimit(timeoutMs, () => late.reject(new Error('timeout')));
        try {
          const result = await Promise.race([client.query<R>(sql, [...values]), late.promise]);
          // A message with several statements has an array of results.
          return Array.isArray(result) ? [] : result.rows;
        } catch (error) {
          if (error instanceof DatabaseError && !isConnectionFailure(error)) throw error;
          throw unavailable(error);
        } finally {
          cancel();
        }
      },
    });
  } finally {
    // The server rolls back an open transaction; do not wait long for a server that hangs.
    await Promise.race([client.end(), sleep(END_TIMEOUT_MS, undefined, { ref: false })]);
    stream?.destroy();
  }
}

/** Migrations could not be applied; the database is unchanged. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code = 'migration_failed';
}

/** Returns the message of an error on one line, with a remedy. */
export function describeFailure(error: unknown, schema: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const message = text.replaceAll(/\s+/g, ' ').trim();
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === '42501') {
    return `${message}. The role of DATABASE_URL needs CREATE on the schema ${schema}, or on the database if the schema is not there yet, and owns the tables it changes.`;
  }
  if (code === '25006') return `${message}. The server takes no writes: DATABASE_URL must lead to the primary.`;
  if (code === '55P03') return `${message}. A statement or a transaction holds the table: end it, then start again.`;
  return message;
}
