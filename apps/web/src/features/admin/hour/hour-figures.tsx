import { Clock } from 'lucide-react';
import { countText, millisecondsText } from '@/lib/format/amounts.ts';
import { clockTime } from '@/lib/format/time.ts';
import type { CircuitState, MinuteCounts, Overview, ProviderCircuit, ProviderName } from '@/lib/wire.ts';
import { Moment } from '@/ui/moment.tsx';
import { STATE_NAMES } from '../state/provider-state.ts';
import styles from './hour-figures.module.css';
import { outcomeParts, type Totals } from './last-hour.ts';
import { minutesAgo } from './shown-minute-strip.tsx';

interface MinuteHeadingProps {
  minute: string;
  /** State at the end of the minute. */
  state: CircuitState | undefined;
  now: number;
  timeZone: string;
}

/** Says that the figures below are those of one minute. */
export function MinuteHeading({ minute, state, now, timeZone }: MinuteHeadingProps) {
  return (
    <p className={styles['shown']}>
      <Moment at={minute} className={styles['tag']}>
        <Clock size={14} strokeWidth={2} aria-hidden="true" />
        {clockTime(Date.parse(minute), timeZone, 'minutes')}
      </Moment>
      one minute, {minutesAgo(minute, now)} ago{state === undefined ? '' : `, ${STATE_NAMES[state].toLowerCase()}`}
    </p>
  );
}

interface HourFiguresProps {
  circuit: ProviderCircuit;
  totals: Totals;
  quantiles: Overview['quantiles'][ProviderName];
  /** The minute whose figures these are; absent for those of the hour. */
  minute?: MinuteCounts | undefined;
}

/** Calls and durations of the last hour, or of one minute, in figures. */
export function HourFigures({ circuit, totals, quantiles, minute }: HourFiguresProps) {
  const { errorShare, leases, notSent, sent } = totals;
  const figures = [
    { name: minute === undefined ? 'Calls, 60\u00a0min' : 'Calls', value: countText(sent) },
    { name: 'Error rate', ...(errorShare !== undefined && { value: (errorShare * 100).toFixed(1), unit: '%' }) },
    { name: 'Not sent', value: countText(notSent) },
    minute === undefined
      ? { name: 'Opened', value: `${circuit.opened}×` }
      : { name: 'Failures', value: `${minute.failures}/${circuit.fail_max}` },
    { name: 'p50', ...duration(quantiles.p50_ms) },
    { name: 'p95', ...duration(quantiles.p95_ms) },
    { name: 'p99', ...duration(quantiles.p99_ms) },
    { name: minute === undefined ? 'Most leases' : 'Leases', value: countText(leases) },
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

function duration(ms: number | undefined): { value?: string; unit?: string } {
  if (ms === undefined) return {};
  const [value = '', unit = ''] = millisecondsText(ms).split('\u00a0');
  return { value, unit };
}

/** Shows outcomes: a bar with patterns, and the same in words and figures. */
export function OutcomeBar({ outcomes }: Pick<Totals, 'outcomes'>) {
  const parts = outcomeParts(outcomes);
  return (
    <div className={styles['outcomes']}>
      <div className={styles['bar']} aria-hidden="true">
        {parts
          .filter(({ count }) => count > 0)
          .map(({ count, name }) => (
            <span key={name} className={styles['pattern']} data-outcome={name} style={{ '--count': count }} />
          ))}
      </div>
      <ul className={styles['legend']} aria-label="Outcomes">
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
