import { CircleAlert, CircleCheck, Clock, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './notice.module.css';

const ICONS = { resting: Clock, demo: Info, refused: CircleAlert, done: CircleCheck } as const;

/** Highlights a sentence, with the icon of its tone. */
export function Notice({ tone, children }: { tone: keyof typeof ICONS; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <div className={styles['notice']} data-tone={tone}>
      <Icon size={18} strokeWidth={1.7} aria-hidden="true" />
      <p>{children}</p>
    </div>
  );
}
