'use client';

import { ImageOff, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { type Corner, PhotoCorners } from './photo-corners.tsx';
import styles from './photo-sheet.module.css';
import { Picture } from './picture.tsx';

interface PhotoSheetProps {
  /** Undefined while the photo is read; the empty frame is shown meanwhile. */
  src: string | undefined;
  alt: string;
  corners?: readonly Corner[];
  /** Text below the notice that the browser cannot show the photo. */
  unshown?: string;
}

/** A photo mounted on its sheet. A tap opens the whole photo; a notice replaces a photo that cannot be shown. */
export function PhotoSheet({ src, alt, corners, unshown }: PhotoSheetProps) {
  const whole = useRef<HTMLDialogElement>(null);
  const [failed, setFailed] = useState<string>();
  return (
    <div className={styles['sheet']}>
      <div className={styles['mount']}>
        {src === undefined ? (
          <div className={styles['photo']} />
        ) : failed === src ? (
          <div role="alert" className={`${styles['photo']} ${styles['unshown']}`}>
            <ImageOff size={28} strokeWidth={1.5} aria-hidden="true" />
            <p>This photo can’t be shown here.</p>
            {unshown === undefined ? null : <p>{unshown}</p>}
          </div>
        ) : (
          <button
            type="button"
            className={styles['open']}
            onClick={() => whole.current?.showModal()}
            aria-label="See the whole photo"
          >
            <Picture className={styles['photo']} src={src} alt={alt} onError={() => setFailed(src)} />
          </button>
        )}
        <PhotoCorners {...(corners && { corners })} />
      </div>
      <dialog ref={whole} className={styles['whole']} aria-label={alt}>
        <form method="dialog">
          <button type="submit" aria-label="Close">
            <X size={20} strokeWidth={1.7} aria-hidden="true" />
          </button>
        </form>
        {src === undefined || failed === src ? null : <Picture src={src} alt={alt} />}
      </dialog>
    </div>
  );
}
