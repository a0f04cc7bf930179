import { CircleAlert, CircleCheck, Clock, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './slip.module.css';

/** The warm slip of paper with its double rule that names a specimen. `className` places it. */
export function Slip({ className, children }: { className?: string | undefined; children: ReactNode }) {
  return (
    <div className={`${styles['slip']} ${className ?? ''}`}>
      <div className={styles['rules']} aria-hidden="true" />
      {children}
    </div>
  );
}

const ICONS = { resting: Clock, demo: Info, refused: CircleAlert, done: CircleCheck } as const;

/** A sentence set apart: a service that rests, a demo, a file that cannot be used, something that was done. */
export function Notice({ tone, children }: { tone: keyof typeof ICONS; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <div className={styles['notice']} data-tone={tone}>
      <Icon size={18} strokeWidth={1.7} aria-hidden="true" />
      <p>{children}</p>
    </div>
  );
}
