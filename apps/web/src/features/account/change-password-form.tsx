'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { v1 } from '@/lib/api-client.ts';
import type { Errors, FormResult } from '@/lib/form.ts';
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
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: PASSTEXTS,
    check: checkPasswords,
    async send(passwords) {
      setChanged(false);
      const result = await changePassword(email, passwords);
      if (result === 'done') {
        setChanged(true);
        router.refresh();
      }
      return result;
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

const PASSTEXTS = ['current', 'next'] as const;
type Field = (typeof PASSTEXTS)[number];
type Passwords = Readonly<Record<Field, string>>;

const TEXTS = {
  fields: PASSTEXTS,
  invalid: { current: 'This is not your current password.', next: PASSWORD_RULE },
  tooMany: MANY_TRIES,
};

function checkPasswords({ current, next }: Passwords): Errors<Field> {
  const same = next === current ? 'This is the password you have now. Please choose another one.' : undefined;
  return { current: missingPassword(current), next: passwordError(next) ?? same };
}

/** Changes the password, which ends all sessions, and signs in again here. */
async function changePassword(email: string, passwords: Passwords): Promise<FormResult<Field>> {
  try {
    await v1.account.changePassword.mutate(passwords);
  } catch (error) {
    return toFormFailure(error, TEXTS);
  }
  if ((await signInWith(email, passwords.next)) === undefined) return 'done';
  // The password is changed; the sign-in page leads back to the account.
  location.assign('/login?next=/account');
  return 'leaving';
}
