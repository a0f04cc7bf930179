'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTimeZone } from '@/lib/clock.ts';
import type { HistoryItem } from '@/lib/wire.ts';
import { PhotoCorners } from '@/ui/photo-sheet.tsx';
import { FiledSheet } from './filed-sheet.tsx';
import styles from './herbarium.module.css';
import { byMonth } from './sheets.ts';

interface HerbariumProps {
  items: readonly HistoryItem[];
  /** Drawn on the blank sheet that comes first; without it there is none. */
  sprig: ReactNode;
}

/** The drawer of finished sheets, by month of the reader's own time zone. */
export function Herbarium({ items, sprig }: HerbariumProps) {
  const timeZone = useTimeZone() ?? 'UTC';
  return byMonth(items, timeZone).map((month, index) => (
    <section key={month.key} aria-labelledby={month.key} className={styles['month']}>
      <div className={styles['head']}>
        <h2 id={month.key}>{month.name}</h2>
      </div>
      <ul className={styles['sheets']}>
        {index === 0 && sprig ? (
          <li>
            <BlankCell sprig={sprig} />
          </li>
        ) : null}
        {month.items.map((item) => (
          <li key={item.id}>
            <FiledSheet item={item} />
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** The blank sheet among the finished ones. */
function BlankCell({ sprig }: { sprig: ReactNode }) {
  return (
    <Link href="/identify" className={styles['cell']}>
      <span className={styles['mount']}>
        <PhotoCorners />
        <span className={styles['sprig']}>{sprig}</span>
      </span>
      <span className={styles['title']}>Lay the next one here</span>
      <span className={styles['how']}>Choose, drop or paste a photo</span>
    </Link>
  );
}
