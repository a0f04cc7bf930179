import Link from 'next/link';
import type { HistoryItem } from '@/lib/wire.ts';
import { Mark } from '@/ui/mark.tsx';
import { PhotoCorners } from '@/ui/photo-sheet.tsx';
import { Picture } from '@/ui/picture.tsx';
import { Ruler } from '@/ui/ruler.tsx';
import { Slip } from '@/ui/slip.tsx';
import { LocalTime } from '@/ui/time.tsx';
import styles from './filed-sheet.module.css';
import { photoPath, readSheet } from './sheets.ts';

const CORNERS = ['topLeft', 'topRight'] as const;
const TONES = { likely: 'leaf', possible: 'half', unsure: 'quiet' } as const;

/** One finished sheet: the photo, and its label hung over the edge. */
export function FiledSheet({ item }: { item: HistoryItem }) {
  const { title, titleIsLatin, latin, word, share } = readSheet(item);
  return (
    <Link href={`/history/${item.id}`} className={styles['sheet']}>
      <span className={styles['mount']}>
        {item.photos > 0 ? <Picture src={photoPath(item.id)} alt="" loading="lazy" /> : <Mark />}
        <PhotoCorners corners={CORNERS} />
      </span>
      <Slip className={styles['label']}>
        <h3 {...(titleIsLatin && { lang: 'la' })}>{title}</h3>
        <p lang="la">{latin}</p>
        <div className={styles['foot']}>
          {word !== undefined && share !== undefined ? (
            <div className={styles['bar']}>
              <Ruler bare fill={share} tone={item.demo ? 'demo' : TONES[word]} />
            </div>
          ) : null}
          <span>{item.demo ? 'demo' : word}</span>
          <span className={styles['date']}>
            <LocalTime at={item.created_at} as="dayMonth" />
          </span>
        </div>
      </Slip>
    </Link>
  );
}
