import type { ReactNode } from 'react';
import styles from './slip.module.css';

/** The warm slip of paper with its double rule that names a specimen. `className` places it. */
export function Slip({ className, children }: { className?: string | undefined; children: ReactNode }) {
  return (
    <div className={`${styles['slip']} ${className ?? ''}`}>
      <div className={styles['rules']} aria-hidden="true" />
      {children}
    </div>
  );
}
