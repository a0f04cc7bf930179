'use client';

import { useRef } from 'react';
import { problemOf } from '@/lib/problem.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import type { ApiKey } from '@/lib/wire.ts';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import { FormErrorText } from '@/ui/form.tsx';
import { toFormFailure } from '../account-api.ts';
import { MANY_TRIES } from '../sign-in.ts';

interface RevokeApiKeyDialogProps {
  apiKey: ApiKey;
  /** Called once the key is revoked. */
  onRevoked: () => void;
  /** Called once the dialog is closed and focus has returned. */
  onClose: () => void;
}

/** Confirms that a key is to be revoked. */
export function RevokeApiKeyDialog({ apiKey, onRevoked, onClose }: RevokeApiKeyDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { mutateAsync: revoke } = trpc.v1.apiKeys.revoke.useMutation();
  const { busy, error, endWait, formProps } = useForm<never>({
    fields: [],
    check: () => ({}),
    async send() {
      try {
        await revoke({ id: apiKey.id });
      } catch (cause) {
        // A key that is gone, revoked in another window, counts as revoked.
        if (problemOf(cause)?.status !== 404) return toFormFailure<never>(cause, TEXTS);
      }
      onRevoked();
      dialog.current?.close();
      return 'done';
    },
  });
  return (
    <ConfirmDialog
      ref={dialog}
      tone="open"
      title={`Revoke “${apiKey.name}”`}
      consequences={[`Scripts with the key ${apiKey.start}… stop working at once.`, 'This can’t be undone.']}
      form={formProps}
      busy={busy}
      action={{ label: 'Revoke key', busyLabel: 'Revoking key', until: error?.until, onWaitOver: endWait }}
      onClose={onClose}
    >
      <FormErrorText error={error} />
    </ConfirmDialog>
  );
}

const TEXTS = { fields: [], invalid: {}, tooMany: MANY_TRIES };
