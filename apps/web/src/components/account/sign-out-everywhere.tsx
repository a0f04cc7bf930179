'use client';

import { signOutEverywhere } from '@/client/account/sign-out-everywhere.ts';
import { useForm } from '@/client/forms/use-form.ts';
import { FormFault } from '../controls/form-fault.tsx';
import { SubmitButton } from '../controls/submit-button.tsx';
import styles from '../paper/form.module.css';

/** Ends every session there is, this one too. */
export function SignOutEverywhere() {
  const { busy, fault, free, props } = useForm<never>({ fields: [], check: () => ({}), send: signOutEverywhere });
  return (
    <form className={styles['form']} {...props}>
      <p>Signs out every browser and every app at once, this one too. Nothing is deleted.</p>
      <FormFault fault={fault} />
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
