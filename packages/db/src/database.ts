import { DatabaseUnavailableError } from './database-error.ts';
import { GatedAdapters } from './gated-adapters.ts';
import { PrismaClient } from './generated/client.ts';
import { type DatabaseEvent, DatabaseHealthGate } from './health-gate.ts';
import { createProbe } from './probe.ts';

/** Longest wait for a connection, of the pool as of the server, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Default time limit of a probe, in milliseconds. */
const PROBE_TIMEOUT_MS = 2_500;
/** Longest wait for the start of a transaction and longest transaction, in milliseconds. */
const TRANSACTION_TIMEOUT_MS = 10_000;

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
  close(): Promise<void>;
}

/**
 * Opens nothing yet: connections are made when they are needed, at most `poolSize` at once and one for probes.
 * `url`: `postgresql://user:password@host:port/database`, or with `?host=/folder` for a unix socket.
 */
export function openDatabase({ poolSize, url }: { url: string; poolSize: number }): Database {
  const probe = createProbe({ connectionString: url });
  const gate = new DatabaseHealthGate(async (timeoutMs = PROBE_TIMEOUT_MS) => {
    try {
      await probe.run(timeoutMs);
    } catch (error) {
      throw new DatabaseUnavailableError(url, error);
    }
  });
  const client = new PrismaClient({
    adapter: new GatedAdapters(url, { max: poolSize, connectionTimeoutMillis: CONNECT_TIMEOUT_MS }, gate),
    transactionOptions: { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
    // Errors are the caller's to log: what Prisma prints is not for a log of JSON lines.
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
    async close() {
      gate.close();
      await Promise.all([client.$disconnect(), probe.close()]);
    },
  };
}
