'use client';

import { useId, useState } from 'react';
import { secondsText } from '@/lib/format/amounts.ts';
import { clockTime } from '@/lib/format/time.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import { STATE_NAMES } from './circuit-text.ts';
import styles from './hour-table.module.css';
import { tableRows } from './last-hour.ts';
import { countText } from './overview-text.ts';

interface HourLegendProps {
  name: string;
  circuit: ProviderCircuit;
  timeZone: string;
  /** Redis is away: calls of other instances are not counted here. */
  isLocal: boolean;
}

/** Explains the chart of the hour, and shows its data as a table on demand. */
export function HourLegend({ name, circuit, timeZone, isLocal }: HourLegendProps) {
  const [asTable, setAsTable] = useState(false);
  const table = useId();
  return (
    <div className={styles['hour']}>
      <div className={styles['legend']}>
        <p>
          {isLocal ? 'Figures of this instance. ' : ''}
          Bars: calls, red where failed, dashed where not sent. Line: p95.
        </p>
        <button type="button" aria-expanded={asTable} aria-controls={table} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Hide table' : 'Show as table'}
        </button>
      </div>
      <div id={table} hidden={!asTable}>
        {asTable ? <HourTable name={name} circuit={circuit} timeZone={timeZone} /> : null}
      </div>
    </div>
  );
}

interface HourTableProps {
  name: string;
  circuit: ProviderCircuit;
  timeZone: string;
}

/** The data of the chart as a table. */
function HourTable({ name, circuit, timeZone }: HourTableProps) {
  const rows = tableRows(circuit);
  if (rows.length === 0) return <p className={styles['none']}>No call and no new state in the last hour.</p>;
  return (
    // Long tables scroll in place; a scroll area must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles['scroll']} aria-label={`The last hour of ${name}`} tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col">Well</th>
            <th scope="col">Failed</th>
            <th scope="col">Not sent</th>
            <th scope="col">p95</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, failed, ok, p95_ms: p95, refused, state }) => (
            <tr key={at}>
              <th scope="row">{clockTime(Date.parse(at), timeZone, 'minutes')}</th>
              <td>{countText(ok)}</td>
              <td>{countText(failed)}</td>
              <td>{countText(refused)}</td>
              <td>{p95 === undefined ? '–' : secondsText(p95)}</td>
              <td>{state === undefined ? 'unknown' : STATE_NAMES[state]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
