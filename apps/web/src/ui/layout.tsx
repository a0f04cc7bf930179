import { type ReactNode, useId } from 'react';
import styles from './layout.module.css';

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

/** A part of a page: its heading in the margin, with where it comes from; above it on phones. */
export function Row({ heading, note, children }: { heading: string; note?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles['row']} aria-labelledby={id}>
      <div className={styles['margin']}>
        <h2 id={id}>{heading}</h2>
        {note === undefined ? null : <p>{note}</p>}
      </div>
      <div>{children}</div>
    </section>
  );
}

/** The page's main actions: at the thumb on phones, in their place on wider screens or, `phoneOnly`, gone there. */
export function StickyBar({ children, phoneOnly = false }: { children: ReactNode; phoneOnly?: boolean }) {
  return <div className={`${styles['bar']} ${phoneOnly ? styles['phoneOnly'] : ''}`}>{children}</div>;
}
