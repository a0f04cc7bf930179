import Link from 'next/link';
import type { ReactNode } from 'react';
import styles from './button.module.css';
import type { ActionTone } from './tone.ts';

export interface ButtonLook {
  /** The main action of a page. */
  main?: boolean;
  /** Fills the width of the column. */
  wide?: boolean;
  /** Smaller, for several buttons in a row. */
  small?: boolean;
  /** Fills the button with the colour of its action. */
  tone?: ActionTone;
}

export function buttonClass({ main = false, wide = false, small = false, tone }: ButtonLook): string {
  return [
    styles['button'],
    main && styles['main'],
    wide && styles['wide'],
    small && styles['small'],
    tone && styles['toned'],
    tone && tone !== 'leaf' && styles[tone],
  ]
    .filter(Boolean)
    .join(' ');
}

export interface ButtonProps extends ButtonLook {
  children: ReactNode;
  onClick?: (() => void) | undefined;
  type?: 'button' | 'submit';
  /** Disables the button, but keeps its place and focus. Its text must say when it works again. */
  disabled?: boolean;
  /** Shows that the action runs. Keeps the look, place and focus, and ignores clicks. */
  busy?: boolean;
}

export function Button({
  children,
  onClick,
  type = 'button',
  disabled: notYet = false,
  busy = false,
  ...look
}: ButtonProps) {
  return (
    <button
      type={type}
      className={buttonClass(look)}
      aria-disabled={notYet || busy || undefined}
      data-busy={busy || undefined}
      onClick={(event) => {
        if (notYet || busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}

export function ButtonLink({ href, children, ...look }: ButtonLook & { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={buttonClass(look)}>
      {children}
    </Link>
  );
}
