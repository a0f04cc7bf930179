/** Characters of a text. */
const MAX_LENGTH = 120;
/** A list of columns that is longer is left out. */
const MAX_COLUMNS_LENGTH = 30;

/** A statement that has ended, however it ended. */
export interface EndedStatement {
  /** As it was sent: with placeholders instead of parameters. */
  sql: string;
  /** Milliseconds, the wait for a connection included. */
  durationMs: number;
}

/**
 * Returns a statement as operators read it, in at most 120 characters: names without quotes and without what qualifies
 * them, no long list of columns, and a question mark for each literal, so that it never shows a value.
 */
export function statementText(sql: string): string {
  const text = sql
    .replaceAll(/'(?:[^']|'')*'/g, '?')
    .replaceAll(/(?<![\w$".])\d+(?:\.\d+)?\b/g, '?')
    .replaceAll(/(?:"[^"]*"\.)+(?=["*])/g, '')
    .replaceAll(/"(\w+)"/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^SELECT (.+?) FROM /, (whole, columns: string) =>
      columns.length > MAX_COLUMNS_LENGTH ? 'SELECT … FROM ' : whole,
    );
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}
