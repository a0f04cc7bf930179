'use client';

import { useState } from 'react';
import { Field, type FieldProps } from './field.tsx';
import styles from './password-field.module.css';
import hidden from './visually-hidden.module.css';

interface PasswordFieldProps extends Omit<FieldProps, 'aside' | 'type'> {
  autoComplete: 'current-password' | 'new-password';
}

/** A password that can be looked at and pasted. */
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
