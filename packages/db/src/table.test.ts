import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inSchema, quoted, table } from './table.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('table', () => {
  it.each([
    ['public', 'SELECT 1 FROM "public"."User"'],
    ['we "do" $& that', 'SELECT 1 FROM "we ""do"" $& that"."User"'],
  ])('names a table in the schema %s', (schema, sql) => {
    expect(inSchema(`SELECT 1 FROM ${table('User').sql}`, schema)).toBe(sql);
  });

  it('quotes any identifier', () => expect(quoted('Köln "am" Rhein')).toBe('"Köln ""am"" Rhein"'));
});

describe('raw SQL in the sources', () => {
  const files = globSync(['packages/*/src/**/*.ts', 'apps/web/src/**/*.ts'], { cwd: root }).filter(
    (file) => !/\.test\.ts$|\/testing\/|\/generated\//.test(file),
  );
  const withRawSql = files
    .map((file) => ({ file, source: readFileSync(`${root}/${file}`, 'utf8') }))
    .filter(({ source }) => /\$(query|execute)Raw/.test(source));

  it('names every table by its schema', () => {
    const bare = withRawSql.filter(({ source }) => /\b(FROM|JOIN|UPDATE|INTO)\s+"/.test(source));
    expect({ bare: bare.map(({ file }) => file), found: withRawSql.length > 5 }).toEqual({ bare: [], found: true });
  });
});
