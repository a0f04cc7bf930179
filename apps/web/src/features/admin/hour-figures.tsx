import { secondsText } from '@/lib/format/amounts.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import styles from './hour-figures.module.css';
import { hourTotals, outcomeParts } from './last-hour.ts';
import { countText } from './overview-text.ts';

/** The last hour in figures. */
export function HourFigures({ circuit }: { circuit: ProviderCircuit }) {
  const { latency, timeout_ms: timeout } = circuit;
  const { errorShare, notSent, opened, sent } = hourTotals(circuit);
  const figures = [
    { name: 'Calls, 60\u00a0min', value: countText(sent) },
    { name: 'Error rate', ...(errorShare !== undefined && { value: (errorShare * 100).toFixed(1), unit: '%' }) },
    { name: 'Not sent', value: countText(notSent) },
    { name: 'Opened', value: `${opened}×` },
    { name: 'p50', ...seconds(latency?.p50_ms) },
    { name: 'p95', ...seconds(latency?.p95_ms) },
    { name: 'p99', ...seconds(latency?.p99_ms) },
    { name: 'Timeout', ...seconds(timeout) },
  ];
  return (
    <dl className={styles['figures']}>
      {figures.map(({ name, unit, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value ?? '–'}
            {unit === undefined ? null : <span>{`\u00a0${unit}`}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function seconds(ms: number | undefined): { value?: string; unit?: string } {
  if (ms === undefined) return {};
  const [value = '', unit = ''] = secondsText(ms).split('\u00a0');
  return { value, unit };
}

/** Shows the outcomes of the last hour: a bar with patterns, and the same in words and figures. */
export function OutcomeBar({ circuit }: { circuit: ProviderCircuit }) {
  const parts = outcomeParts(circuit);
  return (
    <div className={styles['outcomes']}>
      <div className={styles['bar']} aria-hidden="true">
        {parts
          .filter(({ count }) => count > 0)
          .map(({ count, name }) => (
            <span key={name} className={styles['pattern']} data-outcome={name} style={{ '--count': count }} />
          ))}
      </div>
      <ul className={styles['legend']}>
        {parts.map(({ count, name, label: word }) => (
          <li key={name}>
            <span className={`${styles['swatch']} ${styles['pattern']}`} data-outcome={name} aria-hidden="true" />
            {word} <b>{countText(count)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
