'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useRef } from 'react';
import { useForm } from '@/lib/use-form.ts';
import { Field } from '@/ui/field.tsx';
import styles from '@/ui/form.module.css';
import { FormErrorText } from '@/ui/form-error.tsx';
import { PasswordField } from '@/ui/password-field.tsx';
import { SubmitButton } from '@/ui/submit-button.tsx';
import { PASSWORD_RULE } from './account-rules.ts';
import { checkRegistration, REGISTRATION, register, signInAfterRegistering, TAKEN } from './register.ts';

/** A new account: it is made, signed in with, and `next` is opened, a path of our own. */
export function RegisterForm({ next }: { next: string }) {
  const router = useRouter();
  /** The address of an account that is made already, but was not signed in with. */
  const made = useRef<string>(undefined);
  const { busy, errors, fault, free, props } = useForm({
    fields: REGISTRATION,
    check: checkRegistration,
    async send(person) {
      if (made.current !== person.email) {
        const refusal = await register(person);
        if (refusal !== undefined) return refusal;
        made.current = person.email;
      }
      const outcome = await signInAfterRegistering(person);
      if (outcome === 'leaving') {
        router.replace(next);
        router.refresh();
      }
      return outcome;
    },
  });
  const signIn = `/login?next=${encodeURIComponent(next)}`;
  return (
    <form className={styles['form']} {...props}>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        inputMode="email"
        autoCapitalize="none"
        error={
          errors.email === TAKEN ? (
            <>
              {TAKEN} <Link href={signIn}>Sign in</Link>
            </>
          ) : (
            errors.email
          )
        }
      />
      <Field label="Name" note="if you like" name="name" autoComplete="name" error={errors.name} />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="new-password"
        hint={PASSWORD_RULE}
        error={errors.password}
      />
      <FormErrorText fault={fault} />
      <SubmitButton
        main
        wide
        say="Make an account"
        doing="Making your account"
        busy={busy}
        until={fault?.until}
        onFree={free}
      />
    </form>
  );
}
