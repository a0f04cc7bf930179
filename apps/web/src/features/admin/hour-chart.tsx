import { clockTime } from '@/lib/format/time.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import tone from '@/ui/tone.module.css';
import styles from './hour-chart.module.css';
import { callBars, hourStart, hourText, p95Lines, stateBands } from './last-hour.ts';

interface HourChartProps {
  circuit: ProviderCircuit;
  timeZone: string;
}

/** Chart of a provider's last hour in this instance: calls, their duration, and the states of the circuit. */
export function HourChart({ circuit, timeZone }: HourChartProps) {
  const start = hourStart(circuit);
  if (start === undefined) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
    <div role="img" aria-label={hourText(circuit, timeZone)}>
      <HourBars circuit={circuit} />
      <HourBand circuit={circuit} start={start} timeZone={timeZone} />
    </div>
  );
}

const PARTS = ['failed', 'ok', 'refused'] as const;
const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** Draws a bar per minute over the tint of the state, and the p95 as a line. Decoration of the chart's label. */
function HourBars({ circuit }: { circuit: ProviderCircuit }) {
  const bars = callBars(circuit);
  return (
    <div className={styles['bars']}>
      {stateBands(circuit)
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

/** Leaves the top tenth free, and draws a single point as a dot. */
function pathOf(line: readonly { x: number; y: number }[]): string {
  const points = line.map(({ x, y }) => `${(x * 100).toFixed(2)} ${(100 - y * 90).toFixed(2)}`);
  return points.length === 1 ? `M${points[0]}h.01` : `M${points.join('L')}`;
}

const QUARTER_MS = 15 * 60_000;

interface HourBandProps {
  circuit: ProviderCircuit;
  /** Start of the hour in epoch milliseconds. */
  start: number;
  timeZone: string;
}

/** Draws the states of the hour, each with its own pattern, above the clock times. Decoration of the chart's label. */
function HourBand({ circuit, start, timeZone }: HourBandProps) {
  return (
    <div>
      <div className={styles['track']}>
        {stateBands(circuit).map(({ from, state, to }) => (
          <span
            key={from}
            className={`${styles['band']} ${tone['tone']}`}
            data-state={state}
            style={{ '--from': percent(from), '--width': percent(to - from) }}
          />
        ))}
      </div>
      <div className={styles['clock']}>
        {[0, 1, 2, 3].map((quarter) => (
          <span key={quarter}>{clockTime(start + quarter * QUARTER_MS, timeZone, 'minutes')}</span>
        ))}
        <span>now</span>
      </div>
    </div>
  );
}
