import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DiffTarget } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { migrationsFolder } from './history.ts';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, mockAdapter, mockMigrationAwareAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

export const schemaFile: string = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));
/** The schema after the last migration: changes since then are found without a database. */
export const migratedSchemaFile: string = join(migrationsFolder, 'schema.prisma');

/** Returns the SQL that changes one schema into another, empty when they are equal; `from` is undefined for none. */
export async function schemaDiff(from: string | undefined, to: string): Promise<string> {
  const schema = (content: string): DiffTarget => ({
    tag: 'schemaDatamodel',
    files: [{ path: 'schema.prisma', content }],
  });
  const { stdout } = await withEngine((engine) =>
    engine.diff({
      from: from === undefined ? { tag: 'empty' } : schema(from),
      to: schema(to),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  const sql = stdout ?? '';
  return /^(\s*|\s*--.*\s*)$/.test(sql) ? '' : sql;
}

/** Returns the schema after the last migration; undefined before the first one. */
export async function readMigratedSchema(): Promise<string | undefined> {
  return readFile(migratedSchemaFile, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** The part of WebAssembly that is used here: our type libraries do not declare it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Readonly<Record<string, object>>,
  ): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
};

const { __wbg_set_wasm: attach } = glue;

/** The engine requires a data model and reads only its provider. */
const DATAMODEL = 'datasource db {\n  provider = "postgresql"\n}\n';

let loaded: Promise<void> | undefined;

/**
 * Loads Prisma's schema engine as WebAssembly: unlike the engine of the CLI, it needs no download. Importing the package
 * by name needs a newer Node than our oldest, and prints a warning; so the module is instantiated here.
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

/** Answers the one query that the engine sends to every database: whether the schema exists, and the version. */
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

/** Runs the engine without a database, for work that needs schemas only. */
async function withEngine<T>(work: (engine: glue.SchemaEngine) => Promise<T>): Promise<T> {
  await (loaded ??= load());
  const bound = bindMigrationAwareSqlAdapterFactory(noDatabase);
  const engine = await glue.SchemaEngine.new({ datamodels: [['schema.prisma', DATAMODEL]] }, () => {}, bound);
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}
