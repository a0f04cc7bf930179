'use client';

import { FORMAT_NAMES } from '@plantcommunity/identification/photo-formats';
import { Image as Picture } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { bytesText } from '@/lib/format/amounts.ts';
import { keepPhoto } from '@/lib/kept-photo.ts';
import { LocalTime } from '@/ui/local-time.tsx';
import { PhotoCorners } from '@/ui/photo-corners.tsx';
import { Slip } from '@/ui/slip.tsx';
import styles from './blank-sheet.module.css';
import type { RejectedFile } from './photo/photo-check.ts';
import { type OnFiles, PhotoBar, PickPhoto, usePhotoDrop } from './photo/photo-input.tsx';
import { selectFirstUsable } from './photo/select-photo.ts';

const CORNERS = ['topLeft', 'topRight', 'bottomLeft'] as const;

/** The home page's empty sheet, where people choose, drop or paste a photo. */
export function BlankSheet({ sprig, maxPhotoBytes }: { sprig: ReactNode; maxPhotoBytes: number }) {
  const router = useRouter();
  const [rejected, setRejected] = useState<RejectedFile>();
  const reading = useRef<AbortController>(undefined);
  // A photo that arrives after people left this page must not open `/identify`.
  useEffect(() => () => reading.current?.abort(), []);
  const select = async (files: readonly File[], folders: readonly string[] = []) => {
    reading.current?.abort();
    const { signal } = (reading.current = new AbortController());
    const show = (file: RejectedFile | undefined) => {
      if (!signal.aborted) setRejected(file);
    };
    const { file, rejected: rejectedFiles } = await selectFirstUsable(files, {
      maxBytes: maxPhotoBytes,
      folders,
      onSlow: show,
    });
    show(file ? undefined : rejectedFiles[0]);
    if (!file || signal.aborted) return;
    keepPhoto(file);
    router.push('/identify');
  };
  const onFiles: OnFiles = (files, folders) => void select(files, folders);
  const { above } = usePhotoDrop(onFiles);
  const look = above ? 'above' : rejected && !rejected.isPending ? 'refused' : 'rest';

  return (
    <section className={styles['sheet']} data-look={look} aria-labelledby="lay">
      <div className={styles['sprig']}>{sprig}</div>
      <div className={styles['corners']}>
        <PhotoCorners corners={CORNERS} />
      </div>
      <div className={styles['words']}>
        <h2 id="lay">
          {above ? 'Let go to lay it here' : rejected ? (rejected.title ?? 'No photo in there') : 'Lay a photo here'}
        </h2>
        {rejected ? (
          <p role="alert" className={styles['refusal']} data-pending={rejected.isPending}>
            <b>{rejected.name}</b>: {rejected.reason}
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
        <p className={styles['limits']}>
          One photo, up to {bytesText(maxPhotoBytes, 0)}. {FORMAT_NAMES}.
        </p>
        <noscript>
          <p className={styles['refusal']}>Choosing a photo needs JavaScript, which is off in this browser.</p>
        </noscript>
      </div>
      <UnfilledLabel />
      <PhotoBar onFiles={onFiles} />
    </section>
  );
}

/** The empty label on the sheet. */
function UnfilledLabel() {
  return (
    <Slip className={styles['label']}>
      <p className={styles['title']}>Unnamed, for now</p>
      <dl className={styles['lines']}>
        <div>
          <dt>Name</dt>
          <dd />
        </div>
        <div>
          <dt>Family</dt>
          <dd />
        </div>
        <div className={styles['finder']}>
          <dt>Found by</dt>
          <dd>you</dd>
        </div>
        <div>
          <dt>Date</dt>
          <dd>
            <LocalTime />
          </dd>
        </div>
      </dl>
    </Slip>
  );
}
