import { Client, type ClientConfig, DatabaseError } from 'pg';
import { startTimeLimit } from './time-limit.ts';

/** How long the result of a probe is cached, in milliseconds. */
const RESULT_KEPT_MS = 1_000;
/** Maximum idle time of a reused connection, in milliseconds: shorter than the idle timeout of firewalls. */
const CONNECTION_KEPT_MS = 30_000;

/** Checks whether the database answers. */
export interface Probe {
  /**
   * Makes one round trip within `timeoutMs`. Succeeds also when the server has no connection left: it answers.
   * Concurrent callers share one probe with the first one's time limit, and its result for one second.
   * @throws what the driver throws, or an `Error` with the message `timeout`
   */
  run(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

interface Connection {
  client: Promise<Client>;
  /** Times by `performance.now()`. */
  openedAt: number;
  usedAt: number;
}

/** Whether the server or the pooler has too many connections: open connections still work. */
function isFull(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return error.code === '53300' || error.message.startsWith('no more connections allowed');
}

/**
 * Creates a probe with a connection of its own, so that an exhausted pool does not look like a database that is down.
 * The connection is reused while it works and replaced after a failure, and when it is `maxLifetimeMs` old.
 */
export function createProbe(connect: ClientConfig, maxLifetimeMs = Number.POSITIVE_INFINITY): Probe {
  let connection: Connection | undefined;
  let last: { result: Promise<void>; endedAt: number } | undefined;

  /** Ends a connection; one that was never established has nothing to end. */
  function drop(dropped: Connection | undefined): void {
    if (connection === dropped) connection = undefined;
    dropped?.client.then((client) => client.end()).catch(() => undefined);
  }

  function open(timeoutMs: number): Connection {
    const client = async () => {
      const made = new Client({ ...connect, connectionTimeoutMillis: timeoutMs });
      made.on('error', () => drop(opened));
      await made.connect();
      return made;
    };
    const now = performance.now();
    const opened: Connection = { client: client(), openedAt: now, usedAt: now };
    return opened;
  }

  function isOld({ openedAt, usedAt }: Connection): boolean {
    const now = performance.now();
    return now > usedAt + CONNECTION_KEPT_MS || now > openedAt + maxLifetimeMs;
  }

  async function roundTrip(timeoutMs: number): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancelLimit = startTimeLimit(timeoutMs, () => late.reject(new Error('timeout')));
    if (connection !== undefined && isOld(connection)) drop(connection);
    connection ??= open(timeoutMs);
    const used = connection;
    try {
      const client = await Promise.race([used.client, late.promise]);
      // LOCAL and in one message: behind a transaction pooler the next message may reach another session.
      const statements = `BEGIN; SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}; SELECT 1; COMMIT`;
      await Promise.race([client.query(statements), late.promise]);
      used.usedAt = performance.now();
    } catch (error) {
      drop(used);
      if (!isFull(error)) throw error;
    } finally {
      cancelLimit();
    }
  }

  return {
    run(timeoutMs) {
      if (last !== undefined && performance.now() < last.endedAt + RESULT_KEPT_MS) return last.result;
      const probe = { result: roundTrip(timeoutMs), endedAt: Number.POSITIVE_INFINITY };
      const end = () => {
        probe.endedAt = performance.now();
      };
      probe.result.then(end, end);
      last = probe;
      return probe.result;
    },

    async close() {
      const left = connection;
      connection = undefined;
      const client = await left?.client.catch(() => undefined);
      await client?.end();
    },
  };
}
