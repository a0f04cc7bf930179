import { countText } from '@/lib/format/amounts.ts';
import { dayAndTime } from '@/lib/format/time.ts';
import type { Overview, QuotaUse } from '@/lib/wire.ts';
import { Moment } from '@/ui/moment.tsx';
import { Ruler } from '@/ui/ruler.tsx';
import { DataTable, ShowAsTable } from '../table/data-table.tsx';
import { SentenceView } from '../text/sentence-view.tsx';
import { Bars } from './bars.tsx';
import { Panel } from './panel.tsx';
import styles from './quotas-panel.module.css';
import { dayName, daysText, factorText, quotaName, quotaOutlook, quotaShare } from './quotas-text.ts';

/** Shares at which alerts warn, and wake an operator. */
const MARKS = [0.8, 0.9];

interface QuotasPanelProps {
  quotas: Overview['quotas'];
  /** What the callers' limits are multiplied by while credits run out. */
  factor: number;
  now: number;
  timeZone: string;
}

/** What the providers let us spend: used so far, how long it will last, and the last 30 days. */
export function QuotasPanel({ quotas: { rows }, factor, now, timeZone }: QuotasPanelProps) {
  const inForce = factorText(factor);
  return (
    <Panel title="Quotas" size="large">
      {rows.length === 0 ? <p>No provider has a limit here.</p> : null}
      <div className={styles['quotas']}>
        {rows.map((quota) => (
          <Quota key={`${quota.provider} ${quota.window}`} quota={quota} now={now} timeZone={timeZone} />
        ))}
      </div>
      {inForce === undefined ? null : <p className={styles['factor']}>{inForce}</p>}
    </Panel>
  );
}

function Quota({ quota, now, timeZone }: { quota: QuotaUse; now: number; timeZone: string }) {
  const { days, limit, reported_at: reportedAt, used } = quota;
  const name = quotaName(quota);
  const share = quotaShare(quota);
  return (
    <div className={styles['quota']}>
      <div className={styles['head']}>
        <h3>{name}</h3>
        <p>
          <b>{countText(used)}</b> of {countText(limit)}
        </p>
      </div>
      <div
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a meter element cannot show ticks and marks
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={Math.min(share, 1)}
        aria-valuetext={`${countText(used)} of ${countText(limit)}`}
      >
        <Ruler fill={share} tone={toneOf(share)} cuts={MARKS} />
        <p className={styles['marks']} aria-hidden="true">
          <span>80</span>
          <span>90&nbsp;%</span>
        </p>
      </div>
      <p className={styles['outlook']}>
        <SentenceView sentence={quotaOutlook(quota, now, timeZone)} />
        {reportedAt === undefined ? null : (
          <Moment at={reportedAt} className={styles['said']}>
            It said so at {dayAndTime(Date.parse(reportedAt), now, timeZone)}.
          </Moment>
        )}
      </p>
      {days.length === 0 ? null : <Days name={name} quota={quota} />}
    </div>
  );
}

function toneOf(share: number): 'leaf' | 'half' | 'open' {
  const [warns = 1, wakes = 1] = MARKS;
  if (share >= wakes) return 'open';
  return share >= warns ? 'half' : 'leaf';
}

/** The last days of a quota as bars, and as a table; in words while all of them are empty. */
function Days({ name, quota }: { name: string; quota: QuotaUse }) {
  const { days } = quota;
  const text = daysText(quota);
  if (days.every(({ count }) => count === 0)) return <p className={styles['none']}>Last {text}.</p>;
  return (
    <>
      <Bars label={`${name}, a day: ${text}`} bars={days.map(({ count, day }) => ({ key: day, count }))} />
      <ShowAsTable of={`days of ${name}`} note={`a day, ${text}`}>
        <DataTable name={`Days of ${name}`} columns={[{ name: 'Day, UTC' }, { name: 'Used' }]} scrolls="both">
          {days.toReversed().map(({ count, day }) => (
            <tr key={day}>
              <th scope="row">{dayName(day)}</th>
              <td>{countText(count)}</td>
            </tr>
          ))}
        </DataTable>
      </ShowAsTable>
    </>
  );
}
