import type { ReactNode } from 'react';
import type { Fault } from '@/lib/form-fault.ts';
import styles from './form-error.module.css';

/** Above the button, why what it does was not done. */
export function FormFault({ fault, children }: { fault: Fault | undefined; children?: ReactNode }) {
  if (fault === undefined) return null;
  return (
    <p role="alert" className={styles['fault']}>
      {fault.sentence}
      {children}
    </p>
  );
}
