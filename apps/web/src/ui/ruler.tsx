import styles from './ruler.module.css';
import type { Tone } from './tone.ts';

export interface RulerProps {
  /** Filled share, from 0 to 1. */
  fill: number;
  tone?: Tone | 'petal' | 'demo';
  /** Positions of longer ticks, from 0 to 1. */
  cuts?: readonly number[];
  /** Hides the ticks. */
  bare?: boolean;
  /** Animates the fill when the ruler appears. */
  grows?: boolean;
}

/** A scale with ticks and a fill. Decoration: its user shows the value as text. */
export function Ruler({ fill, tone = 'leaf', cuts = [], bare = false, grows = false }: RulerProps) {
  return (
    <div className={styles['ruler']} data-tone={tone} data-bare={bare || undefined} aria-hidden="true">
      <div className={styles['track']}>
        <div
          className={styles['fill']}
          data-grows={grows || undefined}
          style={{ '--fill': `${Math.min(1, Math.max(0, fill)) * 100}%` }}
        />
      </div>
      {cuts.map((cut) => (
        <div key={cut} className={styles['cut']} style={{ '--at': `${cut * 100}%` }} />
      ))}
    </div>
  );
}
