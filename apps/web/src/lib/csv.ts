/** Begins every file: without it, Excel reads UTF-8 as another encoding. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** First characters of a cell that a spreadsheet reads as a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * Formats a row of a CSV file (RFC 4180), ended by CRLF. A cell that a spreadsheet would run as a formula gets an
 * apostrophe in front, which makes it a text.
 */
export function csvRow(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string): string {
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
