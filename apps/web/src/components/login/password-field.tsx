'use client';

import { useState } from 'react';
import { Field } from '../controls/field.tsx';
import styles from './password-field.module.css';

/** A password that can be looked at and pasted. */
export function PasswordField() {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label="Password"
      name="password"
      type={shown ? 'text' : 'password'}
      autoComplete="current-password"
      autoCapitalize="none"
      spellCheck={false}
      required
      aside={
        <button type="button" className={styles['show']} aria-pressed={shown} onClick={() => setShown(!shown)}>
          Show<span className={styles['what']}> password</span>
        </button>
      }
    />
  );
}
