'use client';

import { useNow } from '@/lib/clock.ts';
import { aboutText, secondsText } from '@/lib/format/amounts.ts';
import { Ruler } from '@/ui/ruler.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './wait-ruler.module.css';

const TICK_MS = 100;

/** How long it has been, as a figure. */
export function WaitFigure({ since }: { since: number }) {
  return secondsText(useNow(TICK_MS) - since);
}

interface WaitRulerProps {
  label: string;
  /** Epoch milliseconds. */
  since: number;
  /** What the service usually takes, and what is slow for it; without them there is no scale to show. */
  usualMs?: number;
  slowMs?: number;
}

/** Seconds on a scale that ends at what is slow for the service; past it the fill stays full and words say so. */
export function WaitRuler({ label, since, usualMs, slowMs }: WaitRulerProps) {
  const elapsed = useNow(TICK_MS) - since;
  if (usualMs === undefined || slowMs === undefined) return null;
  const end = Math.max(slowMs, usualMs * 1.2, 1000);
  return (
    <div>
      <progress
        className={hidden['hidden']}
        aria-label={label}
        aria-valuetext={`usually ${aboutText(usualMs)}`}
        value={Math.min(end, Math.max(0, elapsed))}
        max={end}
      />
      <Ruler fill={elapsed / end} cuts={[usualMs / end]} />
      <p className={styles['scale']} aria-hidden="true">
        <span>0&nbsp;s</span>
        <span className={styles['usual']} style={{ '--at': `${(100 * usualMs) / end}%` }}>
          usual, {aboutText(usualMs)}
        </span>
        <span>{aboutText(end)}</span>
      </p>
      {elapsed > end ? <p className={styles['late']}>Taking longer than usual</p> : null}
    </div>
  );
}
