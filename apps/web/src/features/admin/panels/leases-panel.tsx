import { countedText, countText, millisecondsText } from '@/lib/format/amounts.ts';
import { durationText } from '@/lib/format/time.ts';
import { PROVIDERS } from '@/lib/providers.ts';
import type { HeldLeases } from '@/lib/wire.ts';
import { Moment } from '@/ui/moment.tsx';
import { DataTable } from '../table/data-table.tsx';
import styles from './figures.module.css';
import { Panel } from './panel.tsx';

const COLUMNS = [
  { name: 'Photo' },
  { name: 'Service', text: true },
  { name: 'Owner' },
  { name: 'Age' },
  { name: 'Waiting' },
];

/** Calls that are under way, each under a lease, and who waits for them. */
export function LeasesPanel({ leases, now }: { leases: HeldLeases; now: number }) {
  const { held, timeouts, wait_p95_ms: wait } = leases;
  return (
    <Panel title="Leases" note={`${held.length} held`} size="middle">
      <Held held={held} now={now} />
      <p className={styles['note']}>
        {wait === undefined ? 'No one waited in the last hour.' : `Wait p95 ${millisecondsText(wait)}.`}{' '}
        {timeouts === 0 ? 'No wait timed out.' : `${countedText(timeouts, 'wait')} timed out.`}
      </p>
    </Panel>
  );
}

function Held({ held, now }: { held: HeldLeases['held']; now: number }) {
  if (held.length === 0) return <p className={styles['note']}>No call is under way.</p>;
  return (
    <DataTable name="Leases held now" columns={COLUMNS} scrolls="across">
      {held.map(({ owner, photo, provider, since, waiting }) => (
        <tr key={owner}>
          <th scope="row">{photo}</th>
          <td data-text>{PROVIDERS[provider].displayName}</td>
          <td>{owner}</td>
          <td>
            <Moment at={since}>{durationText(now - Date.parse(since))}</Moment>
          </td>
          <td>{countText(waiting)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
