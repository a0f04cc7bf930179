import { describe, expect, it } from 'vitest';
import { statementText } from './statement-text.ts';

describe('the text of a statement', () => {
  it.each([
    [
      'leaves a long list of columns and qualifiers out',
      'SELECT "public"."User"."id", "public"."User"."email", "public"."User"."role", "public"."User"."passwordHash", "public"."User"."createdAt" FROM "public"."User" WHERE "public"."User"."email" = $1 LIMIT $2',
      'SELECT … FROM User WHERE email = $1 LIMIT $2',
    ],
    ['keeps a short list', 'SELECT 1 FROM "a"."Photo" WHERE id = $1', 'SELECT ? FROM Photo WHERE id = $1'],
    [
      'has no literal, also with quotes inside',
      `UPDATE "Photo" SET "hash" = 'it''s secret', n = 42.5, t1 = $12 WHERE a.b2 > 7`,
      'UPDATE Photo SET hash = ?, n = ?, t1 = $12 WHERE a.b2 > ?',
    ],
    ['is one line', '\n  DELETE FROM "Photo"\n  WHERE true', 'DELETE FROM Photo WHERE true'],
  ])('%s', (_, sql, text) => expect(statementText(sql)).toBe(text));

  it('has at most 120 characters', () => {
    const ids = Array.from({ length: 80 }, (_, n) => `$${n}`).join();
    const text = statementText(`DELETE FROM "Photo" WHERE "id" IN (${ids})`);
    expect({ length: text.length, end: text.at(-1) }).toEqual({ length: 120, end: '…' });
  });
});
