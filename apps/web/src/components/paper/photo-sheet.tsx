'use client';

import { X } from 'lucide-react';
import { useRef } from 'react';
import { type Corner, PhotoCorners } from './photo-corners.tsx';
import styles from './photo-sheet.module.css';
import { Picture } from './picture.tsx';

interface PhotoSheetProps {
  /** Undefined while it is being fetched from this device: the box is there already. */
  src: string | undefined;
  alt: string;
  corners?: readonly Corner[];
}

/** A photo mounted on its sheet; a tap opens it whole. */
export function PhotoSheet({ src, alt, corners }: PhotoSheetProps) {
  const whole = useRef<HTMLDialogElement>(null);
  return (
    <div className={styles['sheet']}>
      <div className={styles['mount']}>
        {src === undefined ? (
          <div className={styles['photo']} />
        ) : (
          <button
            type="button"
            className={styles['open']}
            onClick={() => whole.current?.showModal()}
            aria-label="See the whole photo"
          >
            <Picture className={styles['photo']} src={src} alt={alt} />
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
        {src === undefined ? null : <Picture src={src} alt={alt} />}
      </dialog>
    </div>
  );
}
