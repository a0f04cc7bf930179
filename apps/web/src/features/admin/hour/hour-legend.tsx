import { aboutText } from '@/lib/format/amounts.ts';
import type { Overview } from '@/lib/wire.ts';
import { SLOW_P95_MS } from './hour-chart.tsx';
import styles from './hour-legend.module.css';

/** Legend above the chart of an hour; it says whose calls are counted. */
export function HourLegend({ overview: { instances, shared } }: { overview: Pick<Overview, 'instances' | 'shared'> }) {
  return (
    <ul className={styles['legend']}>
      <li data-mark="bar">calls a minute, {sourceText(instances, shared)}</li>
      <li data-mark="line">p95</li>
      <li data-mark="threshold">identify warns at {aboutText(SLOW_P95_MS)} p95</li>
    </ul>
  );
}

function sourceText(instances: Overview['instances'], shared: boolean): string {
  if (!shared) return 'this instance only';
  if (instances === undefined) return 'all instances';
  return instances.known === 1 ? '1 instance' : `all ${instances.known} instances`;
}
