'use client';

import { ChevronDown, TriangleAlert } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId, useState } from 'react';
import styles from './field.module.css';
import hidden from './visually-hidden.module.css';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** Quieter text after the label. */
  note?: string;
  /** Element at the right of the label. */
  aside?: ReactNode;
  /** Advice to read before typing. */
  hint?: ReactNode;
  /** Error of the value, as a sentence. */
  error?: ReactNode;
}

/** Text input with its label, hint and error. */
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

interface SelectFieldProps extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  /** The options. */
  children: ReactNode;
}

/** Choice of one option, with its label. */
export function SelectField({ label, children, ...select }: SelectFieldProps) {
  const id = useId();
  return (
    <div>
      <div className={styles['line']}>
        <label htmlFor={id}>{label}</label>
      </div>
      <div className={styles['select']}>
        <select id={id} className={styles['input']} {...select}>
          {children}
        </select>
        <ChevronDown size={18} strokeWidth={1.8} aria-hidden="true" />
      </div>
    </div>
  );
}

interface PasswordFieldProps extends Omit<FieldProps, 'aside' | 'type'> {
  autoComplete: 'current-password' | 'new-password';
}

/** Password input with a button that shows the password. */
export function PasswordField(field: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      aside={
        <button type="button" className={styles['show']} aria-pressed={shown} onClick={() => setShown(!shown)}>
          Show<span className={hidden['hidden']}> {field.label.toLowerCase()}</span>
        </button>
      }
      {...field}
    />
  );
}
