import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError, type QueryResultRow } from 'pg';
import { clientConfig } from '../connection/client-config.ts';
import type { DatabaseTarget } from '../connection/database-target.ts';
import { DatabaseUnavailableError, isConnectionFailure } from '../database-error.ts';
import { startTimeLimit } from '../time-limit.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Longest wait for an answer, in milliseconds, unless a statement is given more. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Longest wait for the end of the connection, in milliseconds. */
const END_TIMEOUT_MS = 1_000;

/** One connection that runs one statement at a time, each with a time limit. */
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
 * Opens a connection for the time of `work`.
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
  // A connection that breaks shows in the statement that runs.
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
          // Several statements have several results.
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
    // The server rolls an open transaction back; the wait for a server that hangs is limited.
    await Promise.race([client.end(), sleep(END_TIMEOUT_MS, undefined, { ref: false })]);
    stream?.destroy();
  }
}
