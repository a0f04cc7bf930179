import type { ReactNode } from 'react';
import styles from './slip.module.css';

/** A specimen label: a warm slip of paper with a double rule. `className` sets its place. */
export function Slip({ className, children }: { className?: string | undefined; children: ReactNode }) {
  return (
    <div className={`${styles['slip']} ${className ?? ''}`}>
      <div className={styles['rules']} aria-hidden="true" />
      {children}
    </div>
  );
}
