'use client';

import { useEffect, useRef } from 'react';
import { countText, millisecondsText } from '@/lib/format/amounts.ts';
import { clockTime } from '@/lib/format/time.ts';
import { Moment } from '@/ui/moment.tsx';
import { STATE_NAMES } from '../state/provider-state.ts';
import { DataTable, ShowAsTable } from '../table/data-table.tsx';
import { type ProviderHour, tableRows } from './last-hour.ts';
import type { ShownMinute } from './use-shown-minute.ts';

interface HourTableProps {
  /** Name of the provider. */
  name: string;
  hour: ProviderHour;
  shownMinute: ShownMinute;
  timeZone: string;
}

/** Explains the chart of the hour, and shows its data as a table on demand. */
export function HourTable({ name, hour, shownMinute, timeZone }: HourTableProps) {
  return (
    <ShowAsTable
      of={`the last hour of ${name}`}
      note="Bars red where failed, dashed where not sent. Drag over the band, or use ← and →."
    >
      <HourRows name={name} hour={hour} shownMinute={shownMinute} timeZone={timeZone} />
    </ShowAsTable>
  );
}

const COLUMNS = [
  { name: 'Minute' },
  { name: 'Well' },
  { name: 'Failed' },
  { name: 'Not sent' },
  { name: 'p50' },
  { name: 'p95' },
  { name: 'p99' },
  { name: 'State', text: true },
];

function HourRows({ name, hour, shownMinute, timeZone }: HourTableProps) {
  const { minute: shown } = shownMinute;
  const rows = tableRows(hour, shown);
  const marked = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (shown !== undefined && marked.current !== null) scrollInside(marked.current);
  }, [shown]);
  if (rows.length === 0) return <p>No call and no new state in the last hour.</p>;
  return (
    <DataTable name={`The last hour of ${name}`} columns={COLUMNS} scrolls="both">
      {rows.map(({ minute, state, totals }) => (
        <tr
          key={minute.at}
          ref={minute.at === shown ? marked : undefined}
          aria-current={minute.at === shown || undefined}
        >
          <th scope="row">
            <Moment at={minute.at}>{clockTime(Date.parse(minute.at), timeZone, 'minutes')}</Moment>
          </th>
          <td>{countText(totals.outcomes.success)}</td>
          <td>{countText(totals.failed)}</td>
          <td>{countText(totals.notSent)}</td>
          <td>{durationOrNone(minute.p50_ms)}</td>
          <td>{durationOrNone(minute.p95_ms)}</td>
          <td>{durationOrNone(minute.p99_ms)}</td>
          <td data-text>{state === undefined ? 'unknown' : STATE_NAMES[state]}</td>
        </tr>
      ))}
    </DataTable>
  );
}

const durationOrNone = (ms: number | undefined): string => (ms === undefined ? '–' : millisecondsText(ms));

/** Scrolls a row to the middle of its scroll area; the page stays where it is. */
function scrollInside(row: HTMLElement): void {
  const area = row.closest('section[tabindex]');
  if (area === null) return;
  const [inner, outer] = [row.getBoundingClientRect(), area.getBoundingClientRect()];
  area.scrollBy(0, inner.top + inner.height / 2 - (outer.top + outer.height / 2));
}
