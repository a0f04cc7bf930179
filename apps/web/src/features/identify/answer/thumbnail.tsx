'use client';

import { useState } from 'react';
import type { Suggestion } from '@/lib/wire.ts';
import { Mark } from '@/ui/mark.tsx';
import { Picture } from '@/ui/picture.tsx';
import styles from './thumbnail.module.css';

/** A small reference picture, or the mark where there is none. Decoration: the name stands beside it. */
export function Thumbnail({ image }: { image: Suggestion['images'][number] | undefined }) {
  const [lost, setLost] = useState(false);
  return (
    <div className={styles['thumbnail']}>
      {image === undefined || lost ? (
        <Mark />
      ) : (
        <Picture src={image.url} alt="" loading="lazy" onError={() => setLost(true)} />
      )}
    </div>
  );
}
