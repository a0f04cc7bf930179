import { countText } from '@/lib/format/amounts.ts';
import { capitalised } from '@/lib/format/list.ts';
import { clockTime } from '@/lib/format/time.ts';
import type { LimitsInForce } from '@/lib/wire.ts';
import { Moment } from '@/ui/moment.tsx';
import { DataTable, ShowAsTable } from '../table/data-table.tsx';
import { Bars } from './bars.tsx';
import styles from './figures.module.css';
import { limitsNote, rateFigure, refusedText } from './limits-text.ts';
import { Panel } from './panel.tsx';

const COLUMNS = [{ name: 'Tier', text: true }, { name: 'In force' }, { name: 'Refused' }];

interface LimitsPanelProps {
  limits: LimitsInForce;
  shared: boolean;
  timeZone: string;
}

/** The limits of callers that are in force, and the calls that they refused in the last hour, over time. */
export function LimitsPanel({ limits, shared, timeZone }: LimitsPanelProps) {
  const most = Math.max(...limits.rows.flatMap((row) => row.refused_by_period));
  return (
    <Panel title="Limits" note={`refused, 60\u00a0min`} size="small">
      <DataTable name="Limits" columns={COLUMNS}>
        {limits.rows.map(({ in_force: inForce, refused, refused_by_period: counts, tier }) => (
          <tr key={tier}>
            <th scope="row" data-text>
              {capitalised(tier)}
            </th>
            <td>{rateFigure(inForce)}</td>
            <td>
              {countText(refused)}
              {refused === 0 ? null : (
                <Bars
                  isSmall
                  label={refusedText(tier, counts)}
                  most={most}
                  bars={limits.periods.map((key, period) => ({ key, count: counts[period] ?? 0 }))}
                />
              )}
            </td>
          </tr>
        ))}
      </DataTable>
      <p className={styles['note']}>{limitsNote(limits, shared)}</p>
      <ShowAsTable of="refused calls over time" note={`A bar is 5\u00a0min.`}>
        <Refusals limits={limits} timeZone={timeZone} />
      </ShowAsTable>
    </Panel>
  );
}

/** The refused calls of each period and tier, newest first. */
function Refusals({ limits: { periods, rows }, timeZone }: Pick<LimitsPanelProps, 'limits' | 'timeZone'>) {
  const columns = [{ name: 'From' }, ...rows.map(({ tier }) => ({ name: capitalised(tier) }))];
  return (
    <DataTable name="Refused calls over time" columns={columns} scrolls="both">
      {periods
        .map((at, period) => (
          <tr key={at}>
            <th scope="row">
              <Moment at={at}>{clockTime(Date.parse(at), timeZone, 'minutes')}</Moment>
            </th>
            {rows.map((row) => (
              <td key={row.tier}>{countText(row.refused_by_period[period] ?? 0)}</td>
            ))}
          </tr>
        ))
        .toReversed()}
    </DataTable>
  );
}
