import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  title: string;
  /** Quieter text beside the title. */
  note?: string | undefined;
  /** Links or buttons at the right. */
  aside?: ReactNode;
  /** Share of the row that it takes. */
  size?: 'small' | 'middle' | 'large' | 'whole';
  children: ReactNode;
}

/** A card of `/admin`. */
export function Panel({ title, note, aside, size = 'whole', children }: PanelProps) {
  const heading = useId();
  return (
    <section className={styles['panel']} data-size={size} aria-labelledby={heading}>
      <div className={styles['head']}>
        <h2 id={heading}>{title}</h2>
        {note === undefined ? null : <p>{note}</p>}
        {aside}
      </div>
      {children}
    </section>
  );
}
