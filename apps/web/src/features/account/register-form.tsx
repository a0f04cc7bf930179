'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useRef } from 'react';
import type { Errors, FormResult } from '@/lib/form.ts';
import { problemOf } from '@/lib/problem.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import { Field, PasswordField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { toFormFailure } from './account-api.ts';
import { emailError, LONG_NAME, NO_EMAIL, nameError, PASSWORD_RULE, passwordError } from './account-rules.ts';
import { signInWith } from './sign-in.ts';

/** Form to create an account; then signs in and opens `next`, a path on this site. */
export function RegisterForm({ next }: { next: string }) {
  const router = useRouter();
  /** Address of an account that was created, although the sign-in after it failed. */
  const created = useRef<string>(undefined);
  const { mutateAsync: register } = trpc.v1.auth.register.useMutation();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: REGISTRATION,
    check: checkRegistration,
    async send(person) {
      if (created.current !== person.email) {
        const { email, name, password } = person;
        try {
          await register({ email, password, ...(name.trim() === '' ? {} : { name }) });
        } catch (cause) {
          return toRegistrationFailure(cause);
        }
        created.current = person.email;
      }
      const result = await signInAfterRegistering(person);
      if (result === 'leaving') {
        router.replace(next);
        router.refresh();
      }
      return result;
    },
  });
  const signIn = `/login?next=${encodeURIComponent(next)}`;
  return (
    <form className={form['form']} {...formProps}>
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
      <FormErrorText error={error} />
      <SubmitButton
        main
        wide
        label="Make an account"
        busyLabel="Making your account"
        busy={busy}
        until={error?.until}
        onWaitOver={endWait}
      />
    </form>
  );
}

const REGISTRATION = ['email', 'name', 'password'] as const;
type RegistrationField = (typeof REGISTRATION)[number];
type Registration = Readonly<Record<RegistrationField, string>>;

/** Error of the address; a link to the sign-in page follows it. */
const TAKEN = 'There is an account for this address already.';

const TEXTS = {
  fields: REGISTRATION,
  invalid: { email: NO_EMAIL, name: LONG_NAME, password: PASSWORD_RULE },
  tooMany:
    'Several accounts were created from this connection. A class can use another network, or ask the operator of this ' +
    'site to raise the limit (REGISTER_RATE).',
};

function checkRegistration({ email, name, password }: Registration): Errors<RegistrationField> {
  return { email: emailError(email), name: nameError(name), password: passwordError(password) };
}

function toRegistrationFailure(error: unknown): FormResult<RegistrationField> {
  return problemOf(error)?.code === 'email_taken' ? { errors: { email: TAKEN } } : toFormFailure(error, TEXTS);
}

/** Signs in to the new account. The account remains when this fails. */
async function signInAfterRegistering({ email, password }: Registration): Promise<FormResult<RegistrationField>> {
  const error = await signInWith(email, password);
  if (error === undefined) return 'leaving';
  return { error: { ...error, message: `Your account is made. ${error.message}` } };
}
