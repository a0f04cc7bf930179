import Link from 'next/link';
import type { ReactNode } from 'react';
import styles from './button.module.css';

export interface ButtonLook {
  /** The one thing a page wants done. */
  main?: boolean;
  /** As wide as its column. */
  wide?: boolean;
  /** One of several in a row. */
  small?: boolean;
  /** Filled with the colour of the state it leads to. */
  state?: 'leaf' | 'isolated' | 'open';
}

export function buttonClass({ main = false, wide = false, small = false, state: deed }: ButtonLook): string {
  return [
    styles['button'],
    main && styles['main'],
    wide && styles['wide'],
    small && styles['small'],
    deed && styles['deed'],
    deed && deed !== 'leaf' && styles[deed],
  ]
    .filter(Boolean)
    .join(' ');
}

export interface ButtonProps extends ButtonLook {
  children: ReactNode;
  onClick?: (() => void) | undefined;
  type?: 'button' | 'submit';
  /** Keeps its place and its focus, does nothing; what it says must tell when. */
  disabled?: boolean;
  /** Is doing it: keeps its look, its place and its focus, and does nothing more. */
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
