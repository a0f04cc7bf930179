/**
 * Cuts a page from rows in its order, of which one more than `limit` was read: that one tells whether a next page exists.
 * `nextCursor` is the place of the page's last row, behind which the next page begins, so that rows that are written
 * meanwhile neither repeat nor skip any.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  { cursorOf, limit }: { limit: number; cursorOf: (last: Row) => string },
): { rows: readonly Row[]; nextCursor?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, ...(rows.length > limit && last !== undefined && { nextCursor: cursorOf(last) }) };
}
