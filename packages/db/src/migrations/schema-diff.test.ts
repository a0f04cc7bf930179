import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readMigratedSchema, schemaDiff, schemaFile } from './schema-diff.ts';

describe('schemaDiff', () => {
  it('finds nothing that still needs a migration', async () => {
    expect(await schemaDiff(await readMigratedSchema(), await readFile(schemaFile, 'utf8'))).toBe('');
  });

  it('writes what changes', async () => {
    const schema = await readFile(schemaFile, 'utf8');
    const changed = schema.replace(/^model User \{$/m, 'model User {\n  nickname String?');
    expect(await schemaDiff(schema, changed)).toContain('ALTER TABLE "User" ADD COLUMN     "nickname" TEXT;');
  });
});
