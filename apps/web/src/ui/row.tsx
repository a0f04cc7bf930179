import { type ReactNode, useId } from 'react';
import styles from './row.module.css';

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
