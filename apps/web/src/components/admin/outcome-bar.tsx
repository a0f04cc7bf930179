import { outcomeParts } from '@/client/admin/outcomes.ts';
import { grouped } from '@/client/admin/traffic.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import styles from './outcome-bar.module.css';

/** What became of the questions of the last hour: a bar in patterns, and the same in words and figures. */
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
        {parts.map(({ count, name, word }) => (
          <li key={name}>
            <span className={`${styles['swatch']} ${styles['pattern']}`} data-outcome={name} aria-hidden="true" />
            {word} <b>{grouped(count)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
