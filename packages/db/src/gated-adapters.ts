import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlQuery, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import type { PoolConfig } from 'pg';
import { clientConfig } from './connection/client-config.ts';
import type { DatabaseTarget } from './connection/database-target.ts';
import { DatabaseUnavailableError, isConnectionFailure } from './database-error.ts';
import type { DatabaseHealthGate } from './health-gate.ts';
import { limitStatements } from './limit-statements.ts';
import { inSchema, quoted } from './table.ts';

/**
 * Creates Prisma's PostgreSQL adapters behind a health gate. Turns every failure of the connection, however wrapped,
 * into a `DatabaseUnavailableError`; Prisma passes on its code and message.
 */
export class GatedAdapters extends PrismaPg {
  readonly #target: DatabaseTarget;
  readonly #gate: DatabaseHealthGate;

  constructor(target: DatabaseTarget, pool: PoolConfig, gate: DatabaseHealthGate) {
    // No named statements: behind PGlite's socket every connection is the same session, where names would collide.
    super(
      { ...clientConfig(target), ...pool },
      // Prisma puts the name between double quotes without escaping it.
      { schema: quoted(target.schema).slice(1, -1), onPoolError: () => gate.suspect() },
    );
    this.#target = target;
    this.#gate = gate;
  }

  override async connect() {
    const adapter = await super.connect();
    limitStatements(adapter.underlyingDriver());
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
        // It may still begin although its caller is gone: rolling back returns its connection to the pool.
        starting?.then((late) => late.rollback()).catch(() => undefined);
        throw error;
      }
    };
    return this.#guard(adapter);
  }

  #guard<T extends SqlQueryable>(queryable: T): T {
    const queryRaw = queryable.queryRaw.bind(queryable);
    const executeRaw = queryable.executeRaw.bind(queryable);
    const complete = (query: SqlQuery): SqlQuery => ({ ...query, sql: inSchema(query.sql, this.#target.schema) });
    queryable.queryRaw = (query) => this.#run(() => queryRaw(complete(query)));
    queryable.executeRaw = (query) => this.#run(() => executeRaw(complete(query)));
    return queryable;
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
