import Link from 'next/link';
import { photoPath } from '@/client/photo/photo-path.ts';
import { readSheet } from '@/client/reading/sheet-reading.ts';
import type { HistoryItem } from '@/client/wire.ts';
import { LocalTime } from '../paper/local-time.tsx';
import { PhotoCorners } from '../paper/photo-corners.tsx';
import { Picture } from '../paper/picture.tsx';
import { Ruler } from '../paper/ruler.tsx';
import { Slip } from '../paper/slip.tsx';
import { Mark } from '../site/mark.tsx';
import styles from './filed-sheet.module.css';

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
