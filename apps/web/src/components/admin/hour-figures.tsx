import { hourTotals } from '@/client/admin/hour.ts';
import { grouped } from '@/client/admin/traffic.ts';
import { secondsText } from '@/lib/format/amounts.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import styles from './hour-figures.module.css';

/** The last hour in figures. */
export function HourFigures({ circuit }: { circuit: ProviderCircuit }) {
  const { latency, timeout_ms: timeout } = circuit;
  const { errorShare, notSent, opened, sent } = hourTotals(circuit);
  const figures = [
    { name: 'Calls, 60\u00a0min', value: grouped(sent) },
    { name: 'Error rate', ...(errorShare !== undefined && { value: (errorShare * 100).toFixed(1), unit: '%' }) },
    { name: 'Not sent', value: grouped(notSent) },
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
