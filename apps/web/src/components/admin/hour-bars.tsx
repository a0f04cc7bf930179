import { bandsOf, barsOf, p95Lines } from '@/client/admin/hour.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import tone from '@/ui/tone.module.css';
import styles from './hour-bars.module.css';

const PARTS = ['failed', 'ok', 'refused'] as const;
const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** A bar a minute over the tint of its state, and the p95 as a line. Decoration: it is said in words beside it. */
export function HourBars({ circuit }: { circuit: ProviderCircuit }) {
  const bars = barsOf(circuit);
  return (
    <div className={styles['bars']}>
      {bandsOf(circuit)
        .filter(({ state }) => state !== 'closed')
        .map(({ from, state, to }) => (
          <span
            key={from}
            className={`${styles['behind']} ${tone['tone']}`}
            data-state={state}
            style={{ '--from': percent(from), '--width': percent(to - from) }}
          />
        ))}
      {bars.map((bar) => (
        <span key={bar.at} className={styles['minute']}>
          {PARTS.filter((part) => bar[part] > 0).map((part) => (
            <span key={part} className={styles[part]} style={{ '--height': percent(bar[part]) }} />
          ))}
        </span>
      ))}
      {bars.some((bar) => PARTS.some((part) => bar[part] > 0)) ? null : <p>No call in the last hour</p>}
      <svg className={styles['line']} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {p95Lines(circuit).map((line) => (
          <path key={line[0]?.x} d={pathOf(line)} />
        ))}
      </svg>
    </div>
  );
}

/** The topmost tenth stays free; a lone point becomes a dot. */
function pathOf(line: readonly { x: number; y: number }[]): string {
  const points = line.map(({ x, y }) => `${(x * 100).toFixed(2)} ${(100 - y * 90).toFixed(2)}`);
  return points.length === 1 ? `M${points[0]}h.01` : `M${points.join('L')}`;
}
