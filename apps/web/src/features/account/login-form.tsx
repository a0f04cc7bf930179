'use client';

import { useRouter } from 'next/navigation';
import { useForm } from '@/lib/use-form.ts';
import { Field, PasswordField } from '@/ui/field.tsx';
import styles from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { missingEmail, missingPassword } from './account-rules.ts';
import { signInWith } from './sign-in.ts';

interface LoginFormProps {
  /** Path on this site. */
  next: string;
  /** Message of a failed sign-in with an OAuth provider. */
  oauthError?: string | undefined;
}

/** Form to sign in with e-mail and password. */
export function LoginForm({ next, oauthError }: LoginFormProps) {
  const router = useRouter();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: ['email', 'password'],
    check: ({ email, password }) => ({ email: missingEmail(email), password: missingPassword(password) }),
    async send({ email, password }) {
      const failed = await signInWith(email, password);
      if (failed !== undefined) return { error: failed };
      router.replace(next);
      router.refresh();
      return 'leaving';
    },
    initialError: oauthError === undefined ? undefined : { message: oauthError },
    // The rate limit counts tries per address.
    waitsPer: 'email',
  });
  return (
    <form className={styles['form']} {...formProps}>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        inputMode="email"
        autoCapitalize="none"
        error={errors.email}
      />
      <PasswordField label="Password" name="password" autoComplete="current-password" error={errors.password} />
      <FormErrorText error={error} />
      <SubmitButton
        main
        wide
        label="Sign in"
        busyLabel="Signing in"
        busy={busy}
        until={error?.until}
        onWaitOver={endWait}
      />
    </form>
  );
}
