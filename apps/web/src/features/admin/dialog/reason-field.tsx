'use client';

import { type Ref, useId } from 'react';
import { reasonLengthText } from './reason.ts';
import styles from './reason-field.module.css';

interface ReasonFieldProps {
  ref: Ref<HTMLTextAreaElement>;
  value: string;
  error: string | undefined;
  onChange: (reason: string) => void;
}

/** Field for the reason of a change. */
export function ReasonField({ ref, value, error, onChange }: ReasonFieldProps) {
  const id = useId();
  const length = useId();
  return (
    <div className={styles['reason']}>
      <label htmlFor={id}>
        <b>Why?</b> Kept in the audit trail.
      </label>
      <textarea
        ref={ref}
        id={id}
        rows={3}
        value={value}
        aria-describedby={length}
        aria-invalid={error !== undefined || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={length}>{reasonLengthText(value)}</p>
      {error === undefined ? null : (
        <p role="alert" className={styles['error']}>
          {error}
        </p>
      )}
    </div>
  );
}
