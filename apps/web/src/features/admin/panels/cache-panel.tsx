import { countText, percentText } from '@/lib/format/amounts.ts';
import type { CacheUse } from '@/lib/wire.ts';
import { DataTable } from '../table/data-table.tsx';
import styles from './figures.module.css';
import { Panel } from './panel.tsx';

/** How many answers of the last hour came from the cache, and what that saved. */
export function CachePanel({ cache }: { cache: CacheUse }) {
  const { credit_cost: cost, memory, miss, redis, saved_calls: calls, saved_credits: credits, stale } = cache;
  const all = memory + redis + miss;
  const share = (count: number) => (all === 0 ? '–' : percentText(count / all));
  return (
    <Panel title="Cache" note={`60\u00a0min`} size="small">
      <p className={styles['big']}>
        {all === 0 ? '–' : Math.round(((memory + redis) / all) * 100)}
        <span>{all === 0 ? 'no look-up' : `\u00a0% hits`}</span>
      </p>
      <DataTable name="Cache" columns={[{ name: 'Tier', text: true }, { name: 'Share' }]}>
        <Row name="In process" value={share(memory)} />
        <Row name="Redis" value={share(redis)} />
        <Row name="Stale, served" value={countText(stale)} />
        <Row name="Paid calls saved" value={countText(calls)} />
        <Row name="Credits saved" value={countText(credits)} />
        <Row name={`At ${dollars(cost, 3)} a credit`} value={dollars(credits * cost)} />
      </DataTable>
    </Panel>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <tr>
      <th scope="row" data-text>
        {name}
      </th>
      <td>{value}</td>
    </tr>
  );
}

/** Formats dollars; the price of a credit has parts of a cent. */
function dollars(amount: number, digits = 2): string {
  return `$${amount.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}
