'use client';

import { Image as Picture } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { firstUsable } from '@/features/identify/photo/first-usable.ts';
import { type PickFiles, usePhotoArrivals } from '@/features/identify/photo/photo-arrivals.ts';
import { PhotoBar } from '@/features/identify/photo/photo-bar.tsx';
import type { Refusal } from '@/features/identify/photo/photo-check.ts';
import { PickPhoto } from '@/features/identify/photo/pick-photo.tsx';
import { bytesText } from '@/lib/format/amounts.ts';
import { keepPhoto } from '@/lib/kept-photo.ts';
import { PhotoCorners } from '@/ui/photo-corners.tsx';
import styles from './blank-sheet.module.css';
import { UnfilledLabel } from './unfilled-label.tsx';

const CORNERS = ['topLeft', 'topRight', 'bottomLeft'] as const;

/** The empty sheet that takes a photo: chosen, dropped anywhere on the page, or pasted. */
export function BlankSheet({ sprig, maxPhotoBytes }: { sprig: ReactNode; maxPhotoBytes: number }) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<Refusal>();
  const reading = useRef<AbortController>(undefined);
  // A photo that arrives after people left this page must not open another one.
  useEffect(() => () => reading.current?.abort(), []);
  const take = async (files: readonly File[], folders: readonly string[] = []) => {
    reading.current?.abort();
    const { signal } = (reading.current = new AbortController());
    const tell = (refused: Refusal | undefined) => {
      if (!signal.aborted) setRefusal(refused);
    };
    const { file, refusals } = await firstUsable(files, { maxBytes: maxPhotoBytes, folders, onSlow: tell });
    tell(file ? undefined : refusals[0]);
    if (!file || signal.aborted) return;
    keepPhoto(file);
    router.push('/identify');
  };
  const onFiles: PickFiles = (files, folders) => void take(files, folders);
  const { above } = usePhotoArrivals(onFiles);
  const look = above ? 'above' : refusal && !refusal.isPending ? 'refused' : 'rest';

  return (
    <section className={styles['sheet']} data-look={look} aria-labelledby="lay">
      <div className={styles['sprig']}>{sprig}</div>
      <div className={styles['corners']}>
        <PhotoCorners corners={CORNERS} />
      </div>
      <div className={styles['words']}>
        <h2 id="lay">
          {above ? 'Let go to lay it here' : refusal ? (refusal.title ?? 'No photo in there') : 'Lay a photo here'}
        </h2>
        {refusal ? (
          <p role="alert" className={styles['refusal']} data-pending={refusal.isPending}>
            <b>{refusal.name}</b>: {refusal.reason}
          </p>
        ) : (
          <p className={styles['how']}>
            Drop it anywhere on this page, or paste it with <kbd>Ctrl V</kbd>.
          </p>
        )}
        <div className={styles['choose']}>
          <PickPhoto main wide onFiles={onFiles}>
            <Picture size={19} strokeWidth={1.7} aria-hidden="true" />
            Choose a photo
          </PickPhoto>
        </div>
        <p className={styles['limits']}>One photo, up to {bytesText(maxPhotoBytes, 0)}. JPEG, PNG, WebP or GIF.</p>
        <noscript>
          <p className={styles['refusal']}>Choosing a photo needs JavaScript, which is off in this browser.</p>
        </noscript>
      </div>
      <UnfilledLabel />
      <PhotoBar onFiles={onFiles} />
    </section>
  );
}
