'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from '@/lib/use-form.ts';
import styles from '@/ui/form.module.css';
import { FormErrorText } from '@/ui/form-error.tsx';
import { Notice } from '@/ui/notice.tsx';
import { PasswordField } from '@/ui/password-field.tsx';
import { SubmitButton } from '@/ui/submit-button.tsx';
import { PASSWORD_RULE } from './account-rules.ts';
import { changePassword, checkPasswords, PASSWORDS } from './change-password.ts';
import own from './change-password-form.module.css';

/** A new password, which signs out everything but this browser. */
export function ChangePasswordForm({ email }: { email: string }) {
  const router = useRouter();
  const [isChanged, setChanged] = useState(false);
  const { busy, errors, fault, free, props } = useForm({
    fields: PASSWORDS,
    check: checkPasswords,
    async send(passwords) {
      setChanged(false);
      const outcome = await changePassword(email, passwords);
      if (outcome === 'done') {
        setChanged(true);
        router.refresh();
      }
      return outcome;
    },
  });
  return (
    <form className={styles['form']} {...props}>
      <p>Other devices and apps are signed out when it changes. Here you stay signed in.</p>
      {/* For password managers: whose password it is. */}
      <input hidden readOnly name="username" autoComplete="username" value={email} />
      <PasswordField label="Current password" name="current" autoComplete="current-password" error={errors.current} />
      <PasswordField
        label="New password"
        name="next"
        autoComplete="new-password"
        hint={PASSWORD_RULE}
        error={errors.next}
      />
      <FormErrorText fault={fault} />
      <div>
        <div aria-live="polite" className={own['changed']}>
          {isChanged ? (
            <Notice tone="done">
              Your password is changed. You are signed in here with the new one, and signed out everywhere else.
            </Notice>
          ) : null}
        </div>
        <SubmitButton
          state="leaf"
          say="Change password"
          doing="Changing your password"
          busy={busy}
          until={fault?.until}
          onFree={free}
        />
      </div>
    </form>
  );
}
