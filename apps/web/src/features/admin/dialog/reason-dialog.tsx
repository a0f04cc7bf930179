'use client';

import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import { FormErrorText } from '@/ui/form.tsx';
import type { ActionTone } from '@/ui/tone.ts';
import { reasonError } from './reason.ts';
import { ReasonField } from './reason-field.tsx';

/** Result that the dialog shows in place of the question, such as a link that is shown only once. */
export interface ShownResult {
  title: string;
  consequences: readonly string[];
  content: ReactNode;
}

interface ReasonDialogProps {
  tone: ActionTone;
  title: ReactNode;
  /** Effects of the action. */
  consequences: readonly string[];
  /** Text of the button that confirms: as a command, and while the action runs. */
  label: { command: string; progress: string };
  /** E-mail address that the action is recorded under. */
  email: string;
  /** Does the action; never throws. Returns an error for the operator, or a result to show; neither closes the dialog. */
  send: (reason: string) => Promise<{ error?: string; shown?: ShownResult }>;
  /** Error of the fields below the reason. */
  fieldsError?: string | undefined;
  /** Called once the dialog is closed and focus has returned. */
  onClose: () => void;
  /** Fields below the reason. */
  children?: ReactNode;
}

/** Confirms an action that is audited: shows what it does, asks for the reason, and names the operator. */
export function ReasonDialog({
  tone,
  title,
  consequences,
  label,
  email,
  send,
  fieldsError,
  onClose,
  children,
}: ReasonDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState('');
  const [invalid, setInvalid] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<ShownResult>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setInvalid(reasonError(reason));
    setError(fieldsError);
    if (reasonError(reason) !== undefined) return field.current?.focus();
    if (fieldsError !== undefined) return;
    setBusy(true);
    const result = await send(reason.trim());
    setBusy(false);
    setError(result.error);
    if (result.error !== undefined) return;
    if (result.shown === undefined) dialog.current?.close();
    else setShown(result.shown);
  };

  if (shown !== undefined) {
    return (
      <ConfirmDialog
        ref={dialog}
        tone={tone}
        title={shown.title}
        consequences={shown.consequences}
        form={{ method: 'dialog' }}
        busy={false}
        onClose={onClose}
      >
        {shown.content}
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      ref={dialog}
      tone={tone}
      title={title}
      consequences={consequences}
      form={{ method: 'dialog', onSubmit: (event) => void submit(event) }}
      busy={busy}
      action={{ label: label.command, busyLabel: label.progress }}
      note={<>As {email}</>}
      onClose={onClose}
    >
      <ReasonField
        ref={field}
        value={reason}
        error={invalid}
        onChange={(next) => {
          setReason(next);
          // An error disappears once the reason is valid.
          if (invalid !== undefined) setInvalid(reasonError(next));
        }}
      />
      {children}
      <FormErrorText error={error === undefined ? undefined : { message: error }} />
    </ConfirmDialog>
  );
}
