import type { HistoryItem } from '../../lib/wire.ts';

export interface Month {
  /** "2026-11". */
  key: string;
  /** "November 2026". */
  name: string;
  items: readonly HistoryItem[];
}

/** Sheets by the month of their making in a time zone, in the order they come. */
export function byMonth(items: readonly HistoryItem[], timeZone: string): Month[] {
  const key = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', timeZone });
  const name = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'long', timeZone });
  return [...Map.groupBy(items, (item) => key.format(new Date(item.created_at)))].map(([month, sheets]) => ({
    key: month,
    name: name.format(new Date(sheets[0]?.created_at ?? 0)),
    items: sheets,
  }));
}
