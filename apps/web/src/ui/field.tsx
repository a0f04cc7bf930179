import { TriangleAlert } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import styles from './field.module.css';

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** Behind the label, in a quieter voice. */
  note?: string;
  /** Stands at the right of the label. */
  aside?: ReactNode;
  /** What one should know before typing. */
  hint?: ReactNode;
  /** What is wrong with it, as a sentence. */
  error?: ReactNode;
}

/** A line to write on, with its label above. */
export function Field({ label, note, aside, hint, error, ...input }: FieldProps) {
  const id = useId();
  const described = [hint === undefined ? [] : `${id}hint`, error === undefined ? [] : `${id}error`].flat();
  return (
    <div className={styles['field']}>
      <div className={styles['line']}>
        <label htmlFor={id}>
          {label}
          {note === undefined ? null : <span className={styles['note']}> {note}</span>}
        </label>
        {aside}
      </div>
      {hint === undefined ? null : (
        <p id={`${id}hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
      <input
        id={id}
        className={styles['input']}
        aria-describedby={described.length === 0 ? undefined : described.join(' ')}
        aria-invalid={error !== undefined || undefined}
        {...input}
      />
      {error === undefined ? null : (
        <p id={`${id}error`} className={styles['error']}>
          <TriangleAlert size={16} strokeWidth={1.7} aria-hidden="true" />
          <span>{error}</span>
        </p>
      )}
    </div>
  );
}
