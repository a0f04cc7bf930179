/** The query of a page, as Next reads it. */
export type PageQuery = Readonly<Record<string, string | string[] | undefined>>;

/** Longer than any cursor, and than any text that a filter finds. */
const MAX_TEXT = 200;

/** Returns the text of a field, without spaces around it; undefined for an empty or repeated one. */
export function textIn(query: PageQuery, field: string): string | undefined {
  const value = query[field];
  const text = typeof value === 'string' ? value.trim().slice(0, MAX_TEXT) : '';
  return text === '' ? undefined : text;
}

/** Writes the fields that have a value as a query, such as `?search=ada`; empty for none. */
export function queryOf(fields: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
