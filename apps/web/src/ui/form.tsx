import type { ReactNode } from 'react';
import type { FormError } from '@/lib/form.ts';
import { Button, type ButtonLook } from './button.tsx';
import { Countdown } from './countdown.tsx';
import styles from './form.module.css';

/** Shows the error of a form above its button. */
export function FormErrorText({ error, children }: { error: FormError | undefined; children?: ReactNode }) {
  if (error === undefined) return null;
  return (
    <p role="alert" className={styles['error']}>
      {error.message}
      {children}
    </p>
  );
}

export interface SubmitButtonProps extends ButtonLook {
  /** Texts of the button: as a command, and during the work. */
  label: string;
  busyLabel: string;
  busy: boolean;
  /** Time of the next possible try, in epoch milliseconds. */
  until?: number | undefined;
  /** Called at that time. */
  onWaitOver?: () => void;
}

/** Sends a form. Busy during the work; disabled with a countdown until the next possible try. */
export function SubmitButton({ label, busyLabel, busy, until, onWaitOver, ...look }: SubmitButtonProps) {
  if (until !== undefined) {
    return (
      <Button type="submit" disabled {...look}>
        <span>
          Try again in <Countdown until={until} onOver={onWaitOver} />
        </span>
      </Button>
    );
  }
  return (
    <Button type="submit" busy={busy} {...look}>
      {busy ? busyLabel : label}
    </Button>
  );
}
