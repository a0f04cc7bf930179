'use client';

import { useEffect, useState } from 'react';
import { type KeptPhoto, keptPhoto } from '@/client/kept-photo.ts';
import { usePreview } from '@/client/photo/preview.ts';
import { Picture } from '../paper/picture.tsx';
import styles from './waiting-photo.module.css';

/** Shows the photo that waits on this device, so that nobody fears it is lost. */
export function WaitingPhoto() {
  const [kept, setKept] = useState<KeptPhoto>();
  useEffect(() => {
    void keptPhoto().then(setKept);
  }, []);
  const preview = usePreview(kept?.file);
  if (kept === undefined) return null;
  return (
    <div className={styles['waiting']}>
      {preview === undefined ? (
        <div className={styles['photo']} />
      ) : (
        <Picture className={styles['photo']} src={preview} alt="Your photo" />
      )}
      <div>
        <p className={styles['title']}>Your photo is waiting</p>
        <p className={styles['where']}>
          It is still on this device{kept.sendWhenSignedIn ? ', and is identified as soon as you are in.' : '.'}
        </p>
      </div>
    </div>
  );
}
