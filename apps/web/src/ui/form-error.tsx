import type { ReactNode } from 'react';
import type { FormError } from '@/lib/form-fault.ts';
import styles from './form-error.module.css';

/** Above the button, why what it does was not done. */
export function FormErrorText({ fault, children }: { fault: FormError | undefined; children?: ReactNode }) {
  if (fault === undefined) return null;
  return (
    <p role="alert" className={styles['fault']}>
      {fault.sentence}
      {children}
    </p>
  );
}
