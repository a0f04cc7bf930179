'use client';

import { useRouter } from 'next/navigation';
import { useForm } from '@/lib/use-form.ts';
import { Field } from '@/ui/field.tsx';
import styles from '@/ui/form.module.css';
import { FormErrorText } from '@/ui/form-error.tsx';
import { PasswordField } from '@/ui/password-field.tsx';
import { SubmitButton } from '@/ui/submit-button.tsx';
import { missingEmail, missingPassword } from './account-rules.ts';
import { signInWith } from './session.ts';

interface LoginFormProps {
  /** A path of our own. */
  next: string;
  /** What went wrong at another service. */
  trouble?: string | undefined;
}

/** E-mail and password. */
export function LoginForm({ next, trouble }: LoginFormProps) {
  const router = useRouter();
  const { busy, errors, fault, free, props } = useForm({
    fields: ['email', 'password'],
    check: ({ email, password }) => ({ email: missingEmail(email), password: missingPassword(password) }),
    async send({ email, password }) {
      const refused = await signInWith(email, password);
      if (refused !== undefined) return { error: refused };
      router.replace(next);
      router.refresh();
      return 'leaving';
    },
    before: trouble === undefined ? undefined : { sentence: trouble },
    // Tries are counted by address.
    freedBy: 'email',
  });
  return (
    <form className={styles['form']} {...props}>
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
      <FormErrorText fault={fault} />
      <SubmitButton main wide say="Sign in" doing="Signing in" busy={busy} until={fault?.until} onFree={free} />
    </form>
  );
}
