'use client';

import { type ComponentProps, type ReactNode, type RefObject, useEffect, useId } from 'react';
import { Button } from './button.tsx';
import styles from './confirm-dialog.module.css';
import { SubmitButton, type SubmitButtonProps } from './form.tsx';
import toneStyles from './tone.module.css';
import type { ActionTone } from './tone.ts';

interface ConfirmDialogProps {
  ref: RefObject<HTMLDialogElement | null>;
  /** Tone of the action, which marks the dialog. */
  tone: ActionTone;
  title: ReactNode;
  /** Effects of the action, listed before it is confirmed. */
  consequences: readonly string[];
  /** Props of the form. */
  form: ComponentProps<'form'>;
  /** The action runs, so the dialog cannot be cancelled. */
  busy: boolean;
  /** Fields of the form. */
  children: ReactNode;
  /** Button that confirms; absent once the dialog shows only the result, which it then offers to close. */
  action?: Pick<SubmitButtonProps, 'label' | 'busyLabel' | 'until' | 'onWaitOver'>;
  /** Text beside the buttons. */
  note?: ReactNode;
  /** Called once the dialog is closed and focus has returned. */
  onClose: () => void;
}

/** Modal dialog that confirms a serious action. It is open while it is rendered, and focuses its first field. */
export function ConfirmDialog({
  ref,
  tone,
  title,
  consequences,
  form,
  busy,
  children,
  action,
  note,
  onClose,
}: ConfirmDialogProps) {
  const heading = useId();
  useEffect(() => {
    ref.current?.showModal();
    ref.current?.querySelector<HTMLElement>('input:not([type=radio], [hidden]), textarea')?.focus();
  }, [ref]);
  // The browser's close event comes only later: until then, the button that opens the dialog would do nothing.
  const cancel = () => {
    ref.current?.close();
    onClose();
  };
  return (
    <dialog
      ref={ref}
      className={`${styles['dialog']} ${toneStyles['tone']}`}
      data-tone={tone}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) cancel();
      }}
      onClose={onClose}
    >
      <form {...form}>
        <h2 id={heading}>{title}</h2>
        <ul className={styles['consequences']}>
          {consequences.map((consequence) => (
            <li key={consequence}>{consequence}</li>
          ))}
        </ul>
        {children}
        <div className={styles['foot']}>
          {note === undefined ? null : <p>{note}</p>}
          {action === undefined ? (
            <Button type="submit" tone="leaf">
              Done
            </Button>
          ) : (
            <>
              <Button disabled={busy} onClick={cancel}>
                Cancel
              </Button>
              <SubmitButton tone={tone} busy={busy} {...action} />
            </>
          )}
        </div>
      </form>
    </dialog>
  );
}
