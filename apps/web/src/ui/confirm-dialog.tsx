'use client';

import { type ComponentProps, type ReactNode, type RefObject, useEffect, useId } from 'react';
import styles from './confirm-dialog.module.css';
import tone from './tone.module.css';

interface ConfirmDialogProps {
  ref: RefObject<HTMLDialogElement | null>;
  /** What it leads to, by whose colour. */
  state: 'closed' | 'isolated' | 'open';
  title: ReactNode;
  /** What the deed will do, said before it is done. */
  consequences: readonly string[];
  /** How its form is sent. */
  form: ComponentProps<'form'>;
  /** The deed is on its way: there is no going back. */
  busy: boolean;
  /** What is to be written. */
  children: ReactNode;
  /** The ways out: away first, then the deed. */
  foot: ReactNode;
  /** Called once it is closed, and focus is back where it came from. */
  onClose: () => void;
}

/** Stands before a deed that is not done lightly; open as long as it is there. Focus goes to what is to be written. */
export function ConfirmDialog({
  ref,
  state,
  title,
  consequences,
  form,
  busy,
  children,
  foot,
  onClose,
}: ConfirmDialogProps) {
  const heading = useId();
  useEffect(() => {
    ref.current?.showModal();
    ref.current?.querySelector<HTMLElement>('input:not([type=radio], [hidden]), textarea')?.focus();
  }, [ref]);
  return (
    <dialog
      ref={ref}
      className={`${styles['dialog']} ${tone['tone']}`}
      data-state={state}
      aria-labelledby={heading}
      onCancel={(event) => {
        if (busy) event.preventDefault();
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
        <div className={styles['foot']}>{foot}</div>
      </form>
    </dialog>
  );
}
