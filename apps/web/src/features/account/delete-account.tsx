'use client';

import { useRef, useState } from 'react';
import type { Errors } from '@/lib/form.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import { Button } from '@/ui/button.tsx';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import { Field, PasswordField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText } from '@/ui/form.tsx';
import { toFormFailure } from './account-api.ts';
import { missingPassword } from './account-rules.ts';
import { MANY_TRIES } from './sign-in.ts';
import { leaveWith } from './sign-out-notice.tsx';

interface DeleteAccountProps {
  email: string;
  hasPassword: boolean;
}

/** Button that opens the dialog for deleting the account. */
export function DeleteAccount(account: DeleteAccountProps) {
  const [asking, setAsking] = useState(false);
  return (
    <div className={form['form']}>
      <p>Deletes your account with all its identifications and photos, for good.</p>
      <div>
        <Button onClick={() => setAsking(true)}>Delete account…</Button>
      </div>
      {asking ? <DeleteDialog account={account} onClose={() => setAsking(false)} /> : null}
    </div>
  );
}

interface DeleteDialogProps {
  account: DeleteAccountProps;
  onClose: () => void;
}

/** Says what will be deleted, and asks for the password or the address. */
function DeleteDialog({ account, onClose }: DeleteDialogProps) {
  const { email, hasPassword } = account;
  const dialog = useRef<HTMLDialogElement>(null);
  const { mutateAsync: remove } = trpc.v1.account.delete.useMutation();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: CONFIRMATION,
    check: (typed) => checkConfirmation(account, typed),
    async send({ password }) {
      try {
        await remove({ confirm: true, ...(hasPassword && { password }) });
      } catch (cause) {
        return toFormFailure(cause, TEXTS);
      }
      await leaveWith('removed');
      return 'leaving';
    },
  });
  return (
    <ConfirmDialog
      ref={dialog}
      tone="open"
      title="Delete your account"
      consequences={[
        'All your identifications and their photos are deleted. This can’t be undone.',
        'Every browser and every app is signed out, and API keys stop working.',
        `A new account can be made for ${email}.`,
      ]}
      form={formProps}
      busy={busy}
      action={{ label: 'Delete account', busyLabel: 'Deleting account', until: error?.until, onWaitOver: endWait }}
      onClose={onClose}
    >
      {hasPassword ? (
        <>
          <input hidden readOnly name="username" autoComplete="username" value={email} />
          <PasswordField
            label="Your password"
            name="password"
            autoComplete="current-password"
            error={errors.password}
          />
        </>
      ) : (
        <Field
          label="Your e-mail address"
          hint={`To be sure, type ${email}`}
          name="email"
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          error={errors.email}
        />
      )}
      <FormErrorText error={error} />
    </ConfirmDialog>
  );
}

/** Fields of the confirmation: the password, or the address of an account without a password. */
const CONFIRMATION = ['password', 'email'] as const;
type ConfirmationField = (typeof CONFIRMATION)[number];
type Confirmation = Readonly<Record<ConfirmationField, string>>;

const TEXTS = {
  fields: CONFIRMATION,
  invalid: { password: 'This is not your password.', email: 'This is not the address of this account.' },
  tooMany: MANY_TRIES,
};

function checkConfirmation({ email, hasPassword }: DeleteAccountProps, typed: Confirmation): Errors<ConfirmationField> {
  if (hasPassword) return { password: missingPassword(typed.password) };
  return typed.email.trim().toLowerCase() === email.toLowerCase() ? {} : { email: TEXTS.invalid.email };
}
