import type { PickFiles } from '@/features/identify/photo/photo-arrivals.ts';
import { PickPhoto } from '@/features/identify/photo/pick-photo.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import styles from './failed-view.module.css';
import { RefusalList } from './rejected-files.tsx';

interface ServerRefusalProps {
  name: string;
  reason: string;
  onFiles: PickFiles;
}

/** The server looked into the photo and cannot use it. */
export function ServerRefusal({ name, reason, onFiles }: ServerRefusalProps) {
  const extension = /\.([a-z0-9]{1,7})$/i.exec(name)?.[1]?.toUpperCase() ?? 'File';
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active>This photo cannot be used</FocusedHeading>
        <p>No service has seen it.</p>
      </div>
      <RefusalList refusals={[{ name, badge: extension, reason }]} />
      <StickyBar>
        <PickPhoto main wide onFiles={onFiles}>
          Choose another
        </PickPhoto>
      </StickyBar>
    </>
  );
}
