import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlQuery, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import type { Pool, PoolConfig } from 'pg';
import { clientConfig } from './connection/client-config.ts';
import type { DatabaseTarget } from './connection/database-target.ts';
import { readDatabaseUrl } from './connection/database-url.ts';
import { DatabaseUnavailableError, isConnectionFailure } from './database-error.ts';
import { PrismaClient } from './generated/client.ts';
import { createProbe, type DatabaseEvent, DatabaseHealthGate } from './health-gate.ts';
import type { EndedStatement } from './statement-text.ts';
import { inSchema, quoted } from './table.ts';
import { limitStatements } from './time-limits.ts';

/** Longest wait for a connection, of the pool as of the server, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Default time limit of a probe, in milliseconds. */
const PROBE_TIMEOUT_MS = 2_500;
/** Longest wait for the start of a transaction and longest transaction, in milliseconds. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** Default of `poolSize`. */
const POOL_SIZE = 10;

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database`, or with `?host=/folder` for a unix socket. */
  url: string;
  /** Maximum number of connections; unless given, the URL's `connection_limit`, else 10. */
  poolSize?: number | undefined;
  /** Ends a connection that was idle for this many milliseconds. */
  idleTimeoutMs?: number;
  /** Ends a connection of this age, in milliseconds, as soon as it is idle. */
  maxLifetimeMs?: number;
  /** Called at the end of each statement of the client. */
  readonly onStatement?: (statement: EndedStatement) => void;
}

/** Connections of the pool at one moment. */
interface PoolState {
  inUse: number;
  idle: number;
  /** Number of callers that wait for a connection. */
  waiting: number;
  /** Maximum number of connections. */
  size: number;
}

export interface Database {
  /**
   * Work fails within 5 s when the database does not answer, and at once while the database is known to be unavailable;
   * `isDatabaseUnavailable` recognizes the error.
   */
  readonly client: PrismaClient;
  /** False from a failed probe until the next successful one. */
  readonly isUp: boolean;
  /** Calls `listener` when the database is lost and when it answers again. */
  subscribe(listener: (event: DatabaseEvent) => void): () => void;
  /**
   * Probes the database: one round trip on a connection of its own within `timeoutMs` (2.5 s unless given). Concurrent
   * callers share one probe, and its result for one second.
   * @throws {DatabaseUnavailableError}
   */
  ping(timeoutMs?: number): Promise<void>;
  /** Returns the connections of the pool now, without the one for probes. */
  pool(): PoolState;
  close(): Promise<void>;
}

/**
 * Creates a client. Connections are opened when they are needed, at most `poolSize` at once and one for probes.
 * @throws {DatabaseUrlError}
 */
export function openDatabase(options: DatabaseOptions): Database {
  const target = readDatabaseUrl(options.url);
  const probe = createProbe(clientConfig(target), options.maxLifetimeMs);
  const gate = new DatabaseHealthGate(async (timeoutMs = PROBE_TIMEOUT_MS) => {
    try {
      await probe.run(timeoutMs);
    } catch (error) {
      throw new DatabaseUnavailableError(target, error);
    }
  });
  const adapters = new GatedAdapters(target, poolConfig(target, options), gate, options.onStatement);
  const client = new PrismaClient({
    adapter: adapters,
    transactionOptions: { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
    // The caller logs errors: Prisma's own output is not JSON.
    log: [],
    errorFormat: 'minimal',
  });
  return {
    client,
    get isUp() {
      return gate.isUp;
    },
    subscribe: (listener) => gate.subscribe(listener),
    ping: (timeoutMs) => gate.probe(timeoutMs),
    pool: () => adapters.poolState(),
    async close() {
      gate.close();
      await Promise.all([client.$disconnect(), probe.close()]);
    },
  };
}

function poolConfig(target: DatabaseTarget, { idleTimeoutMs, maxLifetimeMs, poolSize }: DatabaseOptions) {
  return {
    max: poolSize ?? target.poolSize ?? POOL_SIZE,
    // A request is answered within 5 s: a longer wait that the URL allows would be useless.
    connectionTimeoutMillis: Math.min(target.poolTimeoutMs ?? CONNECT_TIMEOUT_MS, CONNECT_TIMEOUT_MS),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMillis: idleTimeoutMs }),
    ...(maxLifetimeMs === undefined ? {} : { maxLifetimeSeconds: maxLifetimeMs / 1_000 }),
  };
}

/**
 * Creates Prisma's PostgreSQL adapters behind a health gate. Turns every failure of the connection, however wrapped,
 * into a `DatabaseUnavailableError`; Prisma passes on its code and message.
 */
class GatedAdapters extends PrismaPg {
  readonly #target: DatabaseTarget;
  readonly #gate: DatabaseHealthGate;
  readonly #size: number;
  readonly #onStatement: DatabaseOptions['onStatement'];
  /** The pool that Prisma uses; absent before its first query. */
  #pool: Pool | undefined;

  constructor(
    target: DatabaseTarget,
    pool: PoolConfig & { max: number },
    gate: DatabaseHealthGate,
    onStatement: DatabaseOptions['onStatement'],
  ) {
    // No named statements: behind PGlite's socket every connection is the same session, where names would collide.
    super(
      { ...clientConfig(target), ...pool },
      // Prisma puts the name between double quotes without escaping it.
      { schema: quoted(target.schema).slice(1, -1), onPoolError: () => gate.suspect() },
    );
    this.#target = target;
    this.#gate = gate;
    this.#size = pool.max;
    this.#onStatement = onStatement;
  }

  override async connect() {
    const adapter = await super.connect();
    this.#pool = adapter.underlyingDriver();
    limitStatements(this.#pool);
    const startTransaction = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (level) => {
      let starting: Promise<Transaction> | undefined;
      try {
        const started = await this.#run(() => {
          starting = startTransaction(level);
          return starting;
        });
        return this.#guard(started);
      } catch (error) {
        // The transaction may still begin after its caller has failed: roll back to return its connection to the pool.
        starting?.then((late) => late.rollback()).catch(() => undefined);
        throw error;
      }
    };
    return this.#guard(adapter);
  }

  poolState(): PoolState {
    const { idleCount, totalCount, waitingCount } = this.#pool ?? { idleCount: 0, totalCount: 0, waitingCount: 0 };
    return { inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount, size: this.#size };
  }

  #guard<T extends SqlQueryable>(queryable: T): T {
    const queryRaw = queryable.queryRaw.bind(queryable);
    const executeRaw = queryable.executeRaw.bind(queryable);
    const complete = (query: SqlQuery): SqlQuery => ({ ...query, sql: inSchema(query.sql, this.#target.schema) });
    queryable.queryRaw = (query) => this.#measure(complete(query), queryRaw);
    queryable.executeRaw = (query) => this.#measure(complete(query), executeRaw);
    return queryable;
  }

  async #measure<T>(query: SqlQuery, send: (query: SqlQuery) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await this.#run(() => send(query));
    } finally {
      this.#onStatement?.({ sql: query.sql, durationMs: performance.now() - startedAt });
    }
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#gate.run(work);
    } catch (error) {
      if (!isConnectionFailure(error)) throw error;
      this.#gate.suspect();
      throw new DatabaseUnavailableError(this.#target, error);
    }
  }
}
