import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, DriverAdapterError, mockAdapter, mockMigrationAwareAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { DatabaseError, type Pool } from 'pg';

/** What is used of it: no library of types we build with knows it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Readonly<Record<string, object>>,
  ): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
};

export type SchemaEngine = glue.SchemaEngine;

const { __wbg_set_wasm: attach } = glue;

/** The engine wants one and looks at its provider only. */
const DATAMODEL = 'datasource db {\n  provider = "postgresql"\n}\n';

let loaded: Promise<void> | undefined;

/**
 * Prisma's schema engine as WebAssembly: unlike the one its CLI would use it needs no download. Its import by name
 * needs a newer Node than the oldest we serve, and warns of itself; so it is put together here.
 */
async function load(): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const { instance } = await WebAssembly.instantiate(await readFile(script.replace(/\.js$/, '.wasm')), {
    './schema_engine_bg.js': { ...glue },
  });
  attach(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') Reflect.apply(start, undefined, []);
}

/** The engine on the database of `url` while `work` runs. */
export async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const adapters = new MigrationAdapters({ connectionString: url, max: 1 });
  try {
    return await runEngine(adapters, work);
  } finally {
    await adapters.close();
  }
}

/** Answers the one thing the engine asks of any database it meets: whether the schema is there, and its version. */
const noDatabase: SqlMigrationAwareDriverAdapterFactory = {
  ...mockMigrationAwareAdapterFactory('postgres'),
  connect: () =>
    Promise.resolve({
      ...mockAdapter('postgres'),
      queryRaw: () =>
        Promise.resolve({
          columnNames: ['exists', 'version', 'numeric_version'],
          columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
          rows: [[true, 'PostgreSQL 17.0', 170_000]],
        }),
    }),
};

/** The engine without a database, for what needs schemas only. */
export async function withEngineAlone<T>(work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  return runEngine(noDatabase, work);
}

async function runEngine<T>(
  adapters: SqlMigrationAwareDriverAdapterFactory,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await (loaded ??= load());
  const bound = bindMigrationAwareSqlAdapterFactory(adapters);
  const engine = await glue.SchemaEngine.new({ datamodels: [['schema.prisma', DATAMODEL]] }, () => {}, bound);
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}

class MigrationAdapters extends PrismaPg {
  readonly #pools = new Set<Pool>();

  override async connect() {
    const adapter = await super.connect();
    const pool = adapter.underlyingDriver();
    this.#pools.add(pool);
    // Prisma's own cuts a script at every semicolon and sends piece by piece. Sent as one it is one transaction: a migration
    // happens whole or not at all, and may hold semicolons in texts and functions.
    adapter.executeScript = async (script) => {
      await pool.query(script).catch((error: unknown) => {
        throw error instanceof DatabaseError ? asEngineError(error) : error;
      });
    };
    return adapter;
  }

  /** The engine leaves its connections open, and with them a lock that the next run would wait for. */
  async close(): Promise<void> {
    for (const pool of this.#pools) if (!pool.ended) await pool.end();
  }
}

/** In the words that the engine hands on. */
function asEngineError({ code, column, detail, hint, message, severity }: DatabaseError): DriverAdapterError {
  return new DriverAdapterError({
    kind: 'postgres',
    code: code ?? 'unknown',
    severity: severity ?? 'ERROR',
    message,
    detail,
    column,
    hint,
  });
}
