'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTimeZone } from '@/lib/device.ts';
import type { HistoryItem } from '@/lib/wire.ts';
import { LocalTime } from '@/ui/local-time.tsx';
import { Mark } from '@/ui/mark.tsx';
import { PhotoCorners } from '@/ui/photo-corners.tsx';
import { Picture } from '@/ui/picture.tsx';
import { Ruler } from '@/ui/ruler.tsx';
import { Slip } from '@/ui/slip.tsx';
import styles from './herbarium.module.css';
import { byMonth, photoPath, readSheet } from './sheets.ts';

interface HerbariumProps {
  items: readonly HistoryItem[];
  /** Drawing of the blank sheet; without it there is no blank sheet. */
  sprig: ReactNode;
}

/** The filed sheets, by month in the reader's time zone. */
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

/** The blank sheet, a link to `/identify`. */
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

const CORNERS = ['topLeft', 'topRight'] as const;
const TONES = { likely: 'leaf', possible: 'half', unsure: 'quiet' } as const;

/** A filed sheet: the photo, with its label over the edge. */
function FiledSheet({ item }: { item: HistoryItem }) {
  const { title, titleIsLatin, latin, confidence, probability } = readSheet(item);
  return (
    <Link href={`/history/${item.id}`} className={styles['sheet']}>
      <span className={styles['filedSheetMount']}>
        {item.photos > 0 ? <Picture src={photoPath(item.id)} alt="" loading="lazy" /> : <Mark />}
        <PhotoCorners corners={CORNERS} />
      </span>
      <Slip className={styles['label']}>
        <h3 {...(titleIsLatin && { lang: 'la' })}>{title}</h3>
        <p lang="la">{latin}</p>
        <div className={styles['foot']}>
          {confidence !== undefined && probability !== undefined ? (
            <div className={styles['bar']}>
              <Ruler bare fill={probability} tone={item.demo ? 'demo' : TONES[confidence]} />
            </div>
          ) : null}
          <span>{item.demo ? 'demo' : confidence}</span>
          <span className={styles['date']}>
            <LocalTime at={item.created_at} as="dayMonth" />
          </span>
        </div>
      </Slip>
    </Link>
  );
}
