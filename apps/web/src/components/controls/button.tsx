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
  deed?: 'leaf' | 'isolated';
}

export function buttonClass({ main = false, wide = false, small = false, deed }: ButtonLook): string {
  return [
    styles['button'],
    main && styles['main'],
    wide && styles['wide'],
    small && styles['small'],
    deed && styles['deed'],
    deed === 'isolated' && styles['isolated'],
  ]
    .filter(Boolean)
    .join(' ');
}

export interface ButtonProps extends ButtonLook {
  children: ReactNode;
  onClick?: () => void;
  type?: 'button' | 'submit';
  /** Keeps its place and its focus, does nothing; what it says must tell when. */
  notYet?: boolean;
}

export function Button({ children, onClick, type = 'button', notYet = false, ...look }: ButtonProps) {
  return (
    <button
      type={type}
      className={buttonClass(look)}
      aria-disabled={notYet || undefined}
      onClick={(event) => {
        if (notYet) event.preventDefault();
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
