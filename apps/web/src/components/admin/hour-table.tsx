import { STATE_WORDS } from '@/client/admin/circuit-words.ts';
import { minuteRows } from '@/client/admin/hour.ts';
import { grouped } from '@/client/admin/traffic.ts';
import { secondsText } from '@/lib/format/amounts.ts';
import { clockTime } from '@/lib/format/time.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import styles from './hour-table.module.css';

interface HourTableProps {
  name: string;
  circuit: ProviderCircuit;
  timeZone: string;
}

/** The picture of the hour as words and figures. */
export function HourTable({ name, circuit, timeZone }: HourTableProps) {
  const rows = minuteRows(circuit);
  if (rows.length === 0) return <p className={styles['none']}>No call and no new state in the last hour.</p>;
  return (
    // Long tables scroll in place; what scrolls must be reachable by keyboard.
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
              <td>{grouped(ok)}</td>
              <td>{grouped(failed)}</td>
              <td>{grouped(refused)}</td>
              <td>{p95 === undefined ? '–' : secondsText(p95)}</td>
              <td>{state === undefined ? 'unknown' : STATE_WORDS[state]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
