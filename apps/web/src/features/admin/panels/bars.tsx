import styles from './bars.module.css';

interface BarsProps {
  /** Oldest first; `key` is the time of the bar. */
  bars: readonly { key: string; count: number }[];
  /** Count of a bar of full height; else the highest one. */
  most?: number;
  /** Says in words what the bars show. */
  label: string;
  /** Fits into a row of a table. */
  isSmall?: boolean;
}

/** Counts over time as bars. */
export function Bars({ bars, isSmall = false, label, most }: BarsProps) {
  const full = Math.max(1, most ?? 0, ...bars.map(({ count }) => count));
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
    <div className={styles['bars']} role="img" aria-label={label} data-small={isSmall || undefined}>
      {bars.map(({ count, key }) => (
        <span key={key} style={{ '--height': `${((count / full) * 100).toFixed(1)}%` }} />
      ))}
    </div>
  );
}
