import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, mockAdapter, mockMigrationAwareAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

/** What is used of it: no library of types we build with knows it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Readonly<Record<string, object>>,
  ): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
};

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

/** Runs the engine without a database, for what needs schemas only. */
export async function withEngine<T>(work: (engine: glue.SchemaEngine) => Promise<T>): Promise<T> {
  await (loaded ??= load());
  const bound = bindMigrationAwareSqlAdapterFactory(noDatabase);
  const engine = await glue.SchemaEngine.new({ datamodels: [['schema.prisma', DATAMODEL]] }, () => {}, bound);
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}
