import { FORMAT_NAMES } from '@plantcommunity/identification/photo-formats';
import { Image as Picture } from 'lucide-react';
import { bytesText } from '@/lib/format/amounts.ts';
import { PhotoCorners } from '@/ui/photo-corners.tsx';
import styles from './empty-view.module.css';
import type { RejectedFile } from './photo/photo-check.ts';
import { type OnFiles, PhotoBar, PickPhoto } from './photo/photo-input.tsx';

interface EmptyViewProps {
  rejected: readonly RejectedFile[];
  /** A photo is dragged over the page. */
  above: boolean;
  maxPhotoBytes: number;
  onFiles: OnFiles;
}

/** The empty sheet, where people choose, drop or paste a photo. */
export function EmptyView({ rejected, above, maxPhotoBytes, onFiles }: EmptyViewProps) {
  const hasRejected = rejected.length > 0;
  return (
    <div className={styles['empty']}>
      <h1>{hasRejected ? rejectedTitle(rejected) : 'Lay a photo on the sheet'}</h1>
      {hasRejected ? (
        <>
          <p className={styles['quiet']}>Nothing was sent.</p>
          <RejectedFiles rejected={rejected} />
        </>
      ) : null}
      <div className={styles['sheet']} data-above={above || undefined}>
        <div className={styles['mount']}>
          <PhotoCorners />
          <div className={styles['words']}>
            <h2>{above ? 'Let go to lay it here' : 'Lay a photo here'}</h2>
            <p className={styles['quiet']}>
              Drop it anywhere on this page, or paste it. One photo, up to {bytesText(maxPhotoBytes, 0)}: {FORMAT_NAMES}
              .
            </p>
            <div className={styles['choose']}>
              <PickPhoto main onFiles={onFiles}>
                <Picture size={19} strokeWidth={1.7} aria-hidden="true" />
                {hasRejected ? 'Choose another' : 'Choose a photo'}
              </PickPhoto>
            </div>
          </div>
        </div>
      </div>
      <PhotoBar onFiles={onFiles} />
    </div>
  );
}

function rejectedTitle(rejected: readonly RejectedFile[]): string {
  const count = rejected.length;
  const [only] = rejected;
  if (count === 1 && only?.title !== undefined) return only.title;
  return count === 1 ? 'This file cannot be used' : `${count} files cannot be used`;
}

/** Lists files that cannot be used, each with its reason and remedy. */
export function RejectedFiles({ rejected }: { rejected: readonly RejectedFile[] }) {
  return (
    <div role="alert">
      <ul className={styles['list']}>
        {rejected.map(({ name, badge, reason, isPending }, index) => (
          // Two files may have the same name.
          <li key={`${index}${name}`}>
            <span className={styles['badge']} aria-hidden="true">
              {badge}
            </span>
            <div>
              <p className={styles['name']}>{name}</p>
              <p className={styles['reason']} data-pending={isPending}>
                {reason}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
