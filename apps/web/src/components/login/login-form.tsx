'use client';

import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { signInWith } from '@/client/session.ts';
import { Button } from '../controls/button.tsx';
import { Field } from '../controls/field.tsx';
import styles from './login-form.module.css';
import { PasswordField } from './password-field.tsx';

const FAULTS = {
  // The same for a wrong address and a wrong password.
  refused: 'E-mail and password do not belong together. Please look at both again.',
  too_many: 'That were many tries in a short time. Please wait a few minutes.',
  unavailable: 'We could not sign you in just now. Please try again in a moment.',
} as const;

/** E-mail and password; `next` is a path of our own. */
export function LoginForm({ next }: { next: string }) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<keyof typeof FAULTS>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(undefined);
    const outcome = await signInWith(written(form, 'email'), written(form, 'password'));
    if (outcome === 'signed_in') {
      router.replace(next);
      router.refresh();
      return;
    }
    setFault(outcome);
    setBusy(false);
  };

  return (
    <form method="post" className={styles['form']} onSubmit={(event) => void submit(event)}>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        inputMode="email"
        autoCapitalize="none"
        required
      />
      <PasswordField />
      {fault === undefined ? null : (
        <p role="alert" className={styles['fault']}>
          {FAULTS[fault]}
        </p>
      )}
      <Button main wide type="submit">
        {busy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}

function written(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
