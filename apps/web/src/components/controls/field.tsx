import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import styles from './field.module.css';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** Stands at the right of the label. */
  aside?: ReactNode;
}

/** A line to write on, with its label above. */
export function Field({ label, aside, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className={styles['field']}>
      <div className={styles['line']}>
        <label htmlFor={id}>{label}</label>
        {aside}
      </div>
      <input id={id} className={styles['input']} {...input} />
    </div>
  );
}
