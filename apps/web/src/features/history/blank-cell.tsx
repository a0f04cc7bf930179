import Link from 'next/link';
import type { ReactNode } from 'react';
import { PhotoCorners } from '@/ui/photo-corners.tsx';
import styles from './blank-cell.module.css';

/** The blank sheet among the finished ones. */
export function BlankCell({ sprig }: { sprig: ReactNode }) {
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
