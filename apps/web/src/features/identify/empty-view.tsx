import { Image as Picture } from 'lucide-react';
import type { PickFiles } from '@/features/identify/photo/photo-arrivals.ts';
import { PhotoBar } from '@/features/identify/photo/photo-bar.tsx';
import type { Refusal } from '@/features/identify/photo/photo-check.ts';
import { PickPhoto } from '@/features/identify/photo/pick-photo.tsx';
import { bytesText } from '@/lib/format/amounts.ts';
import { PhotoCorners } from '@/ui/photo-corners.tsx';
import styles from './empty-view.module.css';
import { RefusalList } from './rejected-files.tsx';

interface EmptyDeskProps {
  refusals: readonly Refusal[];
  /** A photo is being held over the page. */
  above: boolean;
  maxPhotoBytes: number;
  onFiles: PickFiles;
}

/** Nothing is on the desk: a sheet to lay a photo on. */
export function EmptyDesk({ refusals, above, maxPhotoBytes, onFiles }: EmptyDeskProps) {
  const refused = refusals.length > 0;
  return (
    <div className={styles['empty']}>
      <h1>{refused ? refusedTitle(refusals) : 'Lay a photo on the sheet'}</h1>
      {refused ? (
        <>
          <p className={styles['quiet']}>Nothing was sent.</p>
          <RefusalList refusals={refusals} />
        </>
      ) : null}
      <div className={styles['sheet']} data-above={above || undefined}>
        <div className={styles['mount']}>
          <PhotoCorners />
          <div className={styles['words']}>
            <h2>{above ? 'Let go to lay it here' : 'Lay a photo here'}</h2>
            <p className={styles['quiet']}>
              Drop it anywhere on this page, or paste it. One photo, up to {bytesText(maxPhotoBytes, 0)}: JPEG, PNG,
              WebP or GIF.
            </p>
            <div className={styles['choose']}>
              <PickPhoto main onFiles={onFiles}>
                <Picture size={19} strokeWidth={1.7} aria-hidden="true" />
                {refused ? 'Choose another' : 'Choose a photo'}
              </PickPhoto>
            </div>
          </div>
        </div>
      </div>
      <PhotoBar onFiles={onFiles} />
    </div>
  );
}

function refusedTitle(refusals: readonly Refusal[]): string {
  const count = refusals.length;
  const [only] = refusals;
  if (count === 1 && only?.title !== undefined) return only.title;
  return count === 1 ? 'This file cannot be used' : `${count} files cannot be used`;
}
