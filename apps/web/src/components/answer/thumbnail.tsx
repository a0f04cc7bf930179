'use client';

import { useState } from 'react';
import type { Suggestion } from '@/client/wire.ts';
import { Mark } from '../site/mark.tsx';
import styles from './thumbnail.module.css';

/** A small reference picture, or the mark where there is none. Decoration: the name stands beside it. */
export function Thumbnail({ image }: { image: Suggestion['images'][number] | undefined }) {
  const [lost, setLost] = useState(false);
  return (
    <div className={styles['thumbnail']}>
      {image === undefined || lost ? (
        <Mark />
      ) : (
        <img src={image.url} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setLost(true)} />
      )}
    </div>
  );
}
