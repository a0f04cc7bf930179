import type { ReactNode } from 'react';
import styles from './photo-layout.module.css';

interface PhotoLayoutProps {
  photo: ReactNode;
  /** What the panel holds: a label that is pasted over the photo's edge, or what is to be read beside it. */
  panel: 'label' | 'beside';
  children: ReactNode;
}

/** The photo, and beside it (below it on phones) what is said of it. The photo keeps its place through all states. */
export function PhotoLayout({ photo, panel, children }: PhotoLayoutProps) {
  return (
    <div className={styles['grid']}>
      <div className={styles['photo']}>{photo}</div>
      <div className={styles[panel]}>{children}</div>
    </div>
  );
}
