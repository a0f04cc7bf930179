import { PrismaPg } from '@prisma/adapter-pg';
import { DatabaseUnavailableError } from './database-error.ts';
import { PrismaClient } from './generated/client.ts';
import { createProbe } from './probe.ts';

/** Longest wait for a connection, of the pool as of the server, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longest probe, in milliseconds, unless a caller says otherwise. */
const PROBE_TIMEOUT_MS = 2_000;
/** Longest wait for the start of a transaction and longest transaction, in milliseconds. */
const TRANSACTION_TIMEOUT_MS = 10_000;

export interface Database {
  readonly client: PrismaClient;
  /**
   * One round trip, on a connection of its own and within `timeoutMs` (2 s unless given). Callers share one that is
   * running and, for one second, its result.
   * @throws {DatabaseUnavailableError}
   */
  ping(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens nothing yet: connections are made when they are needed, at most `poolSize` at once.
 * `url`: `postgresql://user:password@host:port/database`, or with `?host=/folder` for a unix socket.
 */
export function openDatabase(options: { url: string; poolSize: number }): Database {
  // No named statements: behind PGlite's socket every connection is the same session, where names would collide.
  const adapter = new PrismaPg({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  const client = new PrismaClient({
    adapter,
    transactionOptions: { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
    // Errors are the caller's to log: what Prisma prints is not for a log of JSON lines.
    log: [],
    errorFormat: 'minimal',
  });
  const probe = createProbe({ connectionString: options.url });
  return {
    client,
    async ping(timeoutMs = PROBE_TIMEOUT_MS) {
      try {
        await probe.run(timeoutMs);
      } catch (error) {
        throw new DatabaseUnavailableError(options.url, error);
      }
    },
    async close() {
      await Promise.all([client.$disconnect(), probe.close()]);
    },
  };
}
