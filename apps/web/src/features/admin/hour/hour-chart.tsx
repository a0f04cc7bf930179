'use client';

import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { aboutText } from '@/lib/format/amounts.ts';
import { clockTime } from '@/lib/format/time.ts';
import tone from '@/ui/tone.module.css';
import { STATE_TONES } from '../state/provider-state.ts';
import styles from './hour-chart.module.css';
import {
  callBars,
  callsTop,
  durationTop,
  hourStart,
  hourText,
  minuteText,
  type ProviderHour,
  p95Lines,
  stateBands,
} from './last-hour.ts';
import type { ShownMinute } from './use-shown-minute.ts';

/** The p95 above which an alert warns of slow identifications: `IdentifySlow` in `ops/prometheus/alerts.yml`. */
export const SLOW_P95_MS = 10_000;

interface HourChartProps {
  /** Name of the provider. */
  name: string;
  hour: ProviderHour;
  shownMinute: ShownMinute;
  timeZone: string;
}

/** Chart of a provider's last hour: calls with their scale left, p95 with its scale right, states below. */
export function HourChart({ name, hour, shownMinute, timeZone }: HourChartProps) {
  const start = hourStart(hour.minutes);
  if (start === undefined) return <p className={styles['none']}>No figures yet.</p>;
  const calls = callsTop(hour.minutes);
  const duration = durationTop(hour.minutes, SLOW_P95_MS);
  return (
    <div className={styles['chart']}>
      <p className={styles['scale']} aria-hidden="true">
        {[calls, calls / 2, 0].map((value) => (
          <span key={value}>{value}</span>
        ))}
      </p>
      <Plot
        name={name}
        hour={hour}
        start={start}
        shownMinute={shownMinute}
        timeZone={timeZone}
        calls={calls}
        duration={duration}
      />
      <p className={styles['scale']} data-side="right" aria-hidden="true">
        {[duration, duration / 2, 0].map((value) => (
          <span key={value}>{value === 0 ? '0' : aboutText(value)}</span>
        ))}
      </p>
    </div>
  );
}

interface PlotProps extends HourChartProps {
  /** Start of the hour in epoch milliseconds. */
  start: number;
  /** Tops of both scales, in calls and in milliseconds. */
  calls: number;
  duration: number;
}

/** The drawing itself; dragging over it shows one minute. */
function Plot({ name, hour, start, shownMinute, timeZone, calls, duration }: PlotProps) {
  const knob = useRef<HTMLDivElement>(null);
  const { count, index, minute } = shownMinute;
  const follow = ({ clientX, currentTarget }: PointerEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    shownMinute.show(Math.floor(((clientX - left) / width) * count));
  };
  const shown = hour.minutes[index];
  const isShown = minute !== undefined && shown !== undefined;
  return (
    <div
      className={styles['plot']}
      style={{ '--x': percent((index + 0.5) / count) }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        // Keeps text from being selected; the focus lets the arrow keys go on from here.
        event.preventDefault();
        knob.current?.focus({ preventScroll: true });
        follow(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
    >
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded */}
      <div role="img" aria-label={hourText(hour, timeZone)}>
        <Bars hour={hour} calls={calls} duration={duration} />
        <Track hour={hour} />
      </div>
      {isShown ? (
        <div className={styles['cursor']} aria-hidden="true">
          <span>{clockTime(Date.parse(minute), timeZone, 'minutes')}</span>
        </div>
      ) : null}
      <div
        ref={knob}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an input would show a second track
        role="slider"
        tabIndex={0}
        className={styles['knob']}
        data-shown={isShown || undefined}
        aria-label={`Minute of ${name}`}
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={index}
        aria-valuetext={isShown ? minuteText(shown, hour.states, timeZone) : 'now, the whole hour'}
        onFocus={(event) => shownMinute.use(event.currentTarget)}
        onKeyDown={(event) => {
          const next = keyTarget(event, index, count);
          if (next === undefined) return;
          event.preventDefault();
          shownMinute.show(next);
        }}
      />
      <Clock start={start} timeZone={timeZone} />
    </div>
  );
}

/** Minutes that Page Up and Page Down move. */
const PAGE = 10;

/** Returns the place that a key moves the knob to; undefined for another key. */
function keyTarget({ key }: KeyboardEvent, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return index - 1;
    case 'ArrowRight':
    case 'ArrowUp':
      return index + 1;
    case 'PageDown':
      return index - PAGE;
    case 'PageUp':
      return index + PAGE;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

const PARTS = ['failed', 'ok', 'notSent'] as const;
const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

/** Draws a bar per minute over the tint of the state, the p95 as a line, and its threshold. */
function Bars({ hour, calls, duration }: { hour: ProviderHour; calls: number; duration: number }) {
  const bars = callBars(hour.minutes, calls);
  return (
    <div className={styles['bars']}>
      {stateBands(hour)
        .filter(({ state }) => state !== 'closed')
        .map(({ from, state, to }) => (
          <span
            key={from}
            className={`${styles['behind']} ${tone['tone']}`}
            data-tone={STATE_TONES[state]}
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
        <path className={styles['threshold']} d={`M0 ${100 - (SLOW_P95_MS / duration) * 100}H100`} />
        {p95Lines(hour.minutes, duration).map((line) => (
          <path key={line[0]?.x} d={pathOf(line)} />
        ))}
      </svg>
    </div>
  );
}

/** A single point is drawn as a dot. */
function pathOf(line: readonly { x: number; y: number }[]): string {
  const points = line.map(({ x, y }) => `${(x * 100).toFixed(2)} ${(100 - y * 100).toFixed(2)}`);
  return points.length === 1 ? `M${points[0]}h.01` : `M${points.join('L')}`;
}

/** Draws the states of the hour, each with its own pattern. */
function Track({ hour }: { hour: ProviderHour }) {
  return (
    <div className={styles['track']}>
      {stateBands(hour).map(({ from, state, to }) => (
        <span
          key={from}
          className={`${styles['band']} ${tone['tone']}`}
          data-state={state}
          data-tone={STATE_TONES[state]}
          style={{ '--from': percent(from), '--width': percent(to - from) }}
        />
      ))}
    </div>
  );
}

const QUARTER_MS = 15 * 60_000;

/** Clock times of the quarters of the hour. */
function Clock({ start, timeZone }: { start: number; timeZone: string }) {
  return (
    <div className={styles['clock']} aria-hidden="true">
      {[0, 1, 2, 3].map((quarter) => (
        <span key={quarter}>{clockTime(start + quarter * QUARTER_MS, timeZone, 'minutes')}</span>
      ))}
      <span>now</span>
    </div>
  );
}
