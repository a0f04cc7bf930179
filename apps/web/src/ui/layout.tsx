import { type ReactNode, useId } from 'react';
import styles from './layout.module.css';

interface PhotoLayoutProps {
  photo: ReactNode;
  /** Place of the panel: a label over the photo's edge, or text beside the photo. */
  panel: 'label' | 'beside';
  children: ReactNode;
}

/** The photo with a panel beside it (below it on phones). The photo keeps its place in all states. */
export function PhotoLayout({ photo, panel, children }: PhotoLayoutProps) {
  return (
    <div className={styles['grid']}>
      <div className={styles['photo']}>{photo}</div>
      <div className={styles[panel]}>{children}</div>
    </div>
  );
}

interface RowProps {
  heading: string;
  note?: string;
  /** Sets the heading larger on phones, too, where the labels of fields would look like it. */
  hasFields?: boolean;
  children: ReactNode;
}

/** Section of a page with its heading and note in the margin, on phones above it. */
export function Row({ heading, note, hasFields, children }: RowProps) {
  const id = useId();
  return (
    <section className={styles['row']} data-has-fields={hasFields} aria-labelledby={id}>
      <div className={styles['margin']}>
        <h2 id={id}>{heading}</h2>
        {note === undefined ? null : <p>{note}</p>}
      </div>
      <div>{children}</div>
    </section>
  );
}

/** Main actions of a page, at the bottom of the screen on phones. `phoneOnly`: hidden on wider screens. */
export function StickyBar({ children, phoneOnly = false }: { children: ReactNode; phoneOnly?: boolean }) {
  return <div className={`${styles['bar']} ${phoneOnly ? styles['phoneOnly'] : ''}`}>{children}</div>;
}
