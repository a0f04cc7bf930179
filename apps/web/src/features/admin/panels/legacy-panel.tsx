import Link from 'next/link';
import { countedText, countText } from '@/lib/format/amounts.ts';
import type { LegacyUse } from '@/lib/wire.ts';
import { DataTable } from '../table/data-table.tsx';
import styles from './figures.module.css';
import { Panel } from './panel.tsx';

const DAY_MS = 86_400_000;
const COLUMNS = [{ name: 'Path' }, { name: 'Client', text: true }, { name: 'Calls today' }];

/** Who still calls the legacy paths, and how long they last. */
export function LegacyPanel({ legacy: { rows, sunset_at: sunsetAt }, now }: { legacy: LegacyUse; now: number }) {
  const days = Math.ceil((Date.parse(sunsetAt) - now) / DAY_MS);
  return (
    <Panel title="Legacy API" note={days > 0 ? `${countedText(days, 'day')} to the sunset` : 'sunset'} size="middle">
      {rows.length === 0 ? (
        <p className={styles['note']}>No call today.</p>
      ) : (
        <DataTable name="Legacy calls" columns={COLUMNS} scrolls="across">
          {rows.map(({ client, email, path, today }) => (
            <tr key={`${path} ${client}`}>
              <th scope="row" data-wraps>
                {path}
              </th>
              <td data-text>
                {email === undefined ? (
                  client
                ) : (
                  <Link href={`/admin/users/${encodeURIComponent(client)}`} prefetch={false}>
                    {email}
                  </Link>
                )}
              </td>
              <td>{countText(today)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}
