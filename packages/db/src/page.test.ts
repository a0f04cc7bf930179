import { expect, it } from 'vitest';
import { pageOf } from './page.ts';

it.each([
  { rows: [], page: { rows: [] } },
  { rows: [9, 8], page: { rows: [9, 8] } },
  { rows: [9, 8, 7], page: { rows: [9, 8], nextCursor: 'after 8' } },
])('pageOf makes of $rows.length rows and a limit of 2 the page $page', ({ page, rows }) => {
  expect(pageOf(rows, { limit: 2, cursorOf: (last) => `after ${last}` })).toEqual(page);
});
