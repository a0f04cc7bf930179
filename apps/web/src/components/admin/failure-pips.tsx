import styles from './failure-pips.module.css';

/** More than these are not counted at a glance. */
const MOST_PIPS = 10;

/** Failures in a row, of those that open the circuit. */
export function FailurePips({ count, max }: { count: number; max: number }) {
  return (
    <span className={styles['failures']}>
      {max > MOST_PIPS ? null : (
        <span className={styles['pips']} aria-hidden="true">
          {Array.from({ length: max }, (_, index) => index + 1).map((pip) => (
            <span key={pip} data-filled={pip <= count || undefined} />
          ))}
        </span>
      )}
      <span className={styles['figure']}>
        {count}/{max}
      </span>
    </span>
  );
}
