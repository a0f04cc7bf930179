import { type Ref, useId } from 'react';
import { reasonLength } from '@/client/admin/override.ts';
import styles from './reason-field.module.css';

interface ReasonFieldProps {
  ref: Ref<HTMLTextAreaElement>;
  value: string;
  /** What is wrong, as a sentence. */
  fault: string | undefined;
  onChange: (reason: string) => void;
}

/** Why an order is given. */
export function ReasonField({ ref, value, fault, onChange }: ReasonFieldProps) {
  const id = useId();
  const length = useId();
  return (
    <div className={styles['reason']}>
      <label htmlFor={id}>
        <b>Why?</b> Kept in the audit log.
      </label>
      <textarea
        ref={ref}
        id={id}
        rows={3}
        value={value}
        aria-describedby={length}
        aria-invalid={fault !== undefined || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={length}>{reasonLength(value)}</p>
      {fault === undefined ? null : (
        <p role="alert" className={styles['fault']}>
          {fault}
        </p>
      )}
    </div>
  );
}
