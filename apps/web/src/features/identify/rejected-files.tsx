import type { Refusal } from '@/features/identify/photo/photo-check.ts';
import styles from './rejected-files.module.css';

/** Files that cannot be used, each with its reason and remedy. */
export function RefusalList({ refusals }: { refusals: readonly Refusal[] }) {
  return (
    <div role="alert">
      <ul className={styles['list']}>
        {refusals.map(({ name, badge, reason, isPending }, index) => (
          // Two files may carry one name.
          <li key={`${index}${name}`}>
            <span className={styles['badge']} aria-hidden="true">
              {badge}
            </span>
            <div>
              <p className={styles['name']}>{name}</p>
              <p className={styles['reason']} data-pending={isPending}>
                {reason}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
