import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readMigratedSchema, schemaDiff, schemaFile } from './schema-diff.ts';

describe('schemaDiff', () => {
  it('is empty between the migrations and the schema', async () => {
    expect(await schemaDiff(await readMigratedSchema(), await readFile(schemaFile, 'utf8'))).toBe('');
  });

  it('contains the SQL of a change', async () => {
    const schema = await readFile(schemaFile, 'utf8');
    const changed = schema.replace(/^model User \{$/m, 'model User {\n  nickname String?');
    expect(await schemaDiff(schema, changed)).toContain('ALTER TABLE "User" ADD COLUMN     "nickname" TEXT;');
  });
});
