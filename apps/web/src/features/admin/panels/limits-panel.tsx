import { countText } from '@/lib/format/amounts.ts';
import { capitalised } from '@/lib/format/list.ts';
import type { LimitsInForce } from '@/lib/wire.ts';
import { DataTable } from '../table/data-table.tsx';
import styles from './figures.module.css';
import { limitsNote, rateFigure } from './limits-text.ts';
import { Panel } from './panel.tsx';

const COLUMNS = [{ name: 'Tier', text: true }, { name: 'In force' }, { name: 'Refused' }];

/** The limits of callers that are in force, and how many calls they refused in the last hour. */
export function LimitsPanel({ limits, shared }: { limits: LimitsInForce; shared: boolean }) {
  return (
    <Panel title="Limits" note={`refused, 60\u00a0min`} size="small">
      <DataTable name="Limits" columns={COLUMNS}>
        {limits.rows.map(({ in_force: inForce, refused, tier }) => (
          <tr key={tier}>
            <th scope="row" data-text>
              {capitalised(tier)}
            </th>
            <td>{rateFigure(inForce)}</td>
            <td>{countText(refused)}</td>
          </tr>
        ))}
      </DataTable>
      <p className={styles['note']}>{limitsNote(limits, shared)}</p>
    </Panel>
  );
}
