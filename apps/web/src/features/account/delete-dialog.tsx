'use client';

import { useRef } from 'react';
import { useForm } from '@/lib/use-form.ts';
import { Button } from '@/ui/button.tsx';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import { Field } from '@/ui/field.tsx';
import { FormErrorText } from '@/ui/form-error.tsx';
import { PasswordField } from '@/ui/password-field.tsx';
import { SubmitButton } from '@/ui/submit-button.tsx';
import { CONFIRMATION, checkConfirmation, removeAccount } from './delete-account.ts';

interface DeleteDialogProps {
  account: { email: string; hasPassword: boolean };
  onClose: () => void;
}

/** What is gone with an account, and whether it is really wanted. */
export function DeleteDialog({ account, onClose }: DeleteDialogProps) {
  const { email, hasPassword } = account;
  const dialog = useRef<HTMLDialogElement>(null);
  const { busy, errors, fault, free, props } = useForm({
    fields: CONFIRMATION,
    check: (typed) => checkConfirmation(account, typed),
    send: (typed) => removeAccount(account, typed),
  });
  return (
    <ConfirmDialog
      ref={dialog}
      state="open"
      title="Delete your account"
      consequences={[
        'All your identifications and their photos are deleted. Nobody can bring them back.',
        'Every browser and every app is signed out.',
        `A new account can be made for ${email}.`,
      ]}
      form={props}
      busy={busy}
      foot={
        <>
          <Button disabled={busy} onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <SubmitButton
            state="open"
            say="Delete account"
            doing="Deleting account"
            busy={busy}
            until={fault?.until}
            onFree={free}
          />
        </>
      }
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
      <FormErrorText fault={fault} />
    </ConfirmDialog>
  );
}
