import type { Health } from '@/lib/wire.ts';
import styles from './treatment.module.css';

type Advice = NonNullable<Health['diseases'][number]['treatment']>;

const HEADINGS = [
  ['biological', 'Now'],
  ['chemical', 'If it spreads'],
  ['prevention', 'Next time'],
] as const;

/** What to do, mildest first. */
export function Treatment({ treatment }: { treatment: Advice }) {
  return (
    <div className={styles['treatment']}>
      {HEADINGS.map(([kind, heading]) => {
        const advice = treatment[kind] ?? [];
        return advice.length === 0 ? null : (
          <div key={kind}>
            <h4>{heading}</h4>
            {advice.map((each) => (
              <p key={each}>{each}</p>
            ))}
          </div>
        );
      })}
    </div>
  );
}
