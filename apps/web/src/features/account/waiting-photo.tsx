'use client';

import { useEffect, useState } from 'react';
import { isPhotoStored, type KeptPhoto, keptPhoto } from '@/lib/kept-photo.ts';
import { Picture, usePreview } from '@/ui/picture.tsx';
import styles from './waiting-photo.module.css';

const STORING_MS = 30_000;

/** Shows the photo that is kept on this device during the sign-in. */
export function WaitingPhoto() {
  const [kept, setKept] = useState<KeptPhoto>();
  const [isStored, setStored] = useState(true);
  const [isShowable, setShowable] = useState(true);
  useEffect(() => {
    const look = async () => {
      setKept(await keptPhoto());
      setStored(await isPhotoStored());
      // A slow device may finish storing it later.
      setStored(await isPhotoStored(STORING_MS));
    };
    void look();
  }, []);
  const preview = usePreview(kept?.file);
  if (kept === undefined) return null;
  return (
    <div className={styles['waiting']}>
      {preview === undefined || !isShowable ? (
        <div className={styles['photo']} />
      ) : (
        <Picture className={styles['photo']} src={preview} alt="Your photo" onError={() => setShowable(false)} />
      )}
      <div>
        <p className={styles['title']}>Your photo is waiting</p>
        <p className={styles['where']}>
          It is still on this device{kept.sendWhenSignedIn ? ', and is identified as soon as you are in.' : '.'}
        </p>
        {isStored ? null : (
          <p className={styles['only']}>
            This browser can’t store it, so it’s gone if you reload or sign in with another service.
          </p>
        )}
      </div>
    </div>
  );
}
