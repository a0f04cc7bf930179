import { Client, type ClientConfig, DatabaseError } from 'pg';
import type { DatabaseUnavailableError } from './database-error.ts';
import { startTimeLimit } from './time-limits.ts';

/** Work without an answer for this many milliseconds triggers a probe. */
const SUSPECT_AFTER_MS = 1_000;
/** Interval of probes while the database is down or suspected, in milliseconds: a result is cached for a second. */
const PROBE_EVERY_MS = 1_100;

/** The database was lost, or answers again. */
export type DatabaseEvent = { type: 'ready' } | { type: 'lost'; error: DatabaseUnavailableError };

/**
 * Runs all database work and fails fast while the database is down. Work that fails or takes long triggers a probe;
 * when that probe fails, pending and new work fails at once, until one of the probes, about one a second, succeeds.
 */
export class DatabaseHealthGate {
  readonly #probe: (timeoutMs?: number) => Promise<void>;
  readonly #listeners = new Set<(event: DatabaseEvent) => void>();
  readonly #pending = new Set<(error: DatabaseUnavailableError) => void>();
  #lost: DatabaseUnavailableError | undefined;
  #nextProbe: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param probe throws {DatabaseUnavailableError} */
  constructor(probe: (timeoutMs?: number) => Promise<void>) {
    this.#probe = probe;
  }

  get isUp(): boolean {
    return this.#lost === undefined;
  }

  /** Calls `listener` on each change. */
  subscribe(listener: (event: DatabaseEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Runs `work`. @throws {DatabaseUnavailableError} at once while the database is down, or as soon as it goes down */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const { promise, reject, resolve } = Promise.withResolvers<T>();
    const suspicion = setTimeout(() => this.suspect(), SUSPECT_AFTER_MS);
    this.#pending.add(reject);
    try {
      work().then(resolve, reject);
      return await promise;
    } finally {
      clearTimeout(suspicion);
      this.#pending.delete(reject);
    }
  }

  /** Probes in the background, and once more a second later, since the first may return a cached result. */
  suspect(): void {
    this.probe().then(
      () => this.#probeLater(),
      () => undefined,
    );
  }

  /** Probes and updates the state of the gate. @throws {DatabaseUnavailableError} */
  async probe(timeoutMs?: number): Promise<void> {
    try {
      await this.#probe(timeoutMs);
    } catch (error) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the probe throws nothing else
      this.#lose(error as DatabaseUnavailableError);
      throw error;
    }
    this.#recover();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#nextProbe);
  }

  #lose(error: DatabaseUnavailableError): void {
    if (this.#closed) return;
    this.#probeLater();
    const wasUp = this.isUp;
    this.#lost = error;
    if (!wasUp) return;
    for (const reject of this.#pending) reject(error);
    this.#emit({ type: 'lost', error });
  }

  #recover(): void {
    if (this.isUp) return;
    this.#lost = undefined;
    this.#emit({ type: 'ready' });
  }

  #probeLater(): void {
    if (this.#closed || this.#nextProbe !== undefined) return;
    this.#nextProbe = setTimeout(() => {
      this.#nextProbe = undefined;
      this.probe().catch(() => undefined);
    }, PROBE_EVERY_MS).unref();
  }

  #emit(event: DatabaseEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Time for which the result of a probe is cached, in milliseconds. */
const RESULT_TTL_MS = 1_000;
/** Maximum idle time of a reused connection, in milliseconds: shorter than the idle timeout of firewalls. */
const MAX_IDLE_MS = 30_000;

/** Checks whether the database answers. */
export interface Probe {
  /**
   * Makes one round trip within `timeoutMs`. Also succeeds when the server has no connection left: the server answers.
   * Concurrent callers share one probe with the first one's time limit, and its result for one second.
   * @throws the error of the driver, or an `Error` with the message `timeout`
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
      const created = new Client({ ...connect, connectionTimeoutMillis: timeoutMs });
      created.on('error', () => drop(opened));
      await created.connect();
      return created;
    };
    const now = performance.now();
    const opened: Connection = { client: client(), openedAt: now, usedAt: now };
    return opened;
  }

  function isOld({ openedAt, usedAt }: Connection): boolean {
    const now = performance.now();
    return now > usedAt + MAX_IDLE_MS || now > openedAt + maxLifetimeMs;
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
      if (last !== undefined && performance.now() < last.endedAt + RESULT_TTL_MS) return last.result;
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
