'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Errors } from '@/lib/form.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import { PasswordField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { toFormFailure } from './account-api.ts';
import { missingPassword, PASSWORD_RULE, passwordError } from './account-rules.ts';
import styles from './change-password-form.module.css';
import { MANY_TRIES, signInWith } from './sign-in.ts';

/** Form for a new password, which ends all other sessions. */
export function ChangePasswordForm({ email }: { email: string }) {
  const router = useRouter();
  const [isChanged, setChanged] = useState(false);
  const { mutateAsync: changePassword } = trpc.v1.account.changePassword.useMutation();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: FIELDS,
    check: checkPasswords,
    async send(passwords) {
      setChanged(false);
      try {
        await changePassword(passwords);
      } catch (cause) {
        return toFormFailure(cause, TEXTS);
      }
      // All sessions have ended, so sign in again here.
      if ((await signInWith(email, passwords.next)) !== undefined) {
        // The password is changed; the sign-in page leads back to the account.
        location.assign('/login?next=/account');
        return 'leaving';
      }
      setChanged(true);
      router.refresh();
      return 'done';
    },
  });
  return (
    <form className={form['form']} {...formProps}>
      <p>Other devices and apps are signed out when it changes. Here you stay signed in. API keys go on working.</p>
      {/* Tells password managers the account. */}
      <input hidden readOnly name="username" autoComplete="username" value={email} />
      <PasswordField label="Current password" name="current" autoComplete="current-password" error={errors.current} />
      <PasswordField
        label="New password"
        name="next"
        autoComplete="new-password"
        hint={PASSWORD_RULE}
        error={errors.next}
      />
      <FormErrorText error={error} />
      <div>
        <div aria-live="polite" className={styles['changed']}>
          {isChanged ? (
            <Notice tone="done">
              Your password is changed. You are signed in here with the new one, and signed out everywhere else.
            </Notice>
          ) : null}
        </div>
        <SubmitButton
          tone="leaf"
          label="Change password"
          busyLabel="Changing your password"
          busy={busy}
          until={error?.until}
          onWaitOver={endWait}
        />
      </div>
    </form>
  );
}

const FIELDS = ['current', 'next'] as const;
type Field = (typeof FIELDS)[number];
type Passwords = Readonly<Record<Field, string>>;

const TEXTS = {
  fields: FIELDS,
  invalid: { current: 'This is not your current password.', next: PASSWORD_RULE },
  tooMany: MANY_TRIES,
};

function checkPasswords({ current, next }: Passwords): Errors<Field> {
  const same = next === current ? 'This is the password you have now. Please choose another one.' : undefined;
  return { current: missingPassword(current), next: passwordError(next) ?? same };
}
