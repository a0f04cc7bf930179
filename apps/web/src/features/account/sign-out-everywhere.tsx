'use client';

import { useForm } from '@/lib/use-form.ts';
import styles from '@/ui/form.module.css';
import { FormErrorText } from '@/ui/form-error.tsx';
import { SubmitButton } from '@/ui/submit-button.tsx';
import { signOutEverywhere } from './sign-out-everywhere.ts';

/** Ends every session there is, this one too. */
export function SignOutEverywhere() {
  const { busy, fault, free, props } = useForm<never>({ fields: [], check: () => ({}), send: signOutEverywhere });
  return (
    <form className={styles['form']} {...props}>
      <p>Signs out every browser and every app at once, this one too. Nothing is deleted.</p>
      <FormErrorText fault={fault} />
      <div>
        <SubmitButton
          say="Sign out everywhere"
          doing="Signing out everywhere"
          busy={busy}
          until={fault?.until}
          onFree={free}
        />
      </div>
    </form>
  );
}
