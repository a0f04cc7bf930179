import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DiffTarget } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { withEngine } from './engine.ts';
import { migrationsFolder } from './folder.ts';

export const schemaFile: string = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));
/** The schema as the last migration left it, so that no database is needed to find what has changed since. */
export const migratedSchemaFile: string = join(migrationsFolder, 'schema.prisma');

/** The SQL that leads from one schema to another, empty when they are equal; `from` undefined: from nothing. */
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

/** Undefined before the first migration. */
export async function readMigratedSchema(): Promise<string | undefined> {
  return readFile(migratedSchemaFile, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
}
