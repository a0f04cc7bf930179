import { Lock, Trash2 } from 'lucide-react';
import type { PickFiles } from '@/features/identify/photo/photo-arrivals.ts';
import { PickPhoto } from '@/features/identify/photo/pick-photo.tsx';
import { bytesText } from '@/lib/format/amounts.ts';
import { Button } from '@/ui/button.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { DeskGrid } from '@/ui/photo-layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import type { Desk } from './identify-state.ts';
import type { DeskViewer } from './identify-view.tsx';
import { RefusalList } from './rejected-files.tsx';
import styles from './selected-view.module.css';

interface ChosenDeskProps {
  desk: Extract<Desk, { at: 'chosen' }>;
  preview: string | undefined;
  viewer: DeskViewer;
  onFiles: PickFiles;
  onRemove: () => void;
  onIdentify: () => void;
}

const UNSHOWN = 'It may be damaged. You can send it all the same: we look at it before any service does.';

/** A photo is on the sheet: what will happen to it stands before the button. */
export function ChosenDesk({ desk, preview, viewer, onFiles, onRemove, onIdentify }: ChosenDeskProps) {
  const { photo, refusals, leftOut, stopped } = desk;
  return (
    <DeskGrid panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" unshown={UNSHOWN} />}>
      <div className={styles['head']}>
        <FocusedHeading active>Your photo</FocusedHeading>
        <p>{stopped ? 'Stopped. Nothing is lost: it is still here.' : 'Best with one plant, sharp and in daylight.'}</p>
      </div>
      {refusals.length > 0 ? <RefusalList refusals={refusals} /> : null}
      {leftOut > 0 ? <p>One photo is identified at a time, so we took the first.</p> : null}
      <div className={styles['file']}>
        <p>
          <span className={styles['name']}>{photo.name}</span>, {bytesText(photo.size)}
        </p>
        <div className={styles['acts']}>
          <PickPhoto onFiles={onFiles}>Another</PickPhoto>
          <Button onClick={onRemove}>
            <Trash2 size={17} strokeWidth={1.7} aria-hidden="true" />
            Remove
          </Button>
        </div>
      </div>
      <p className={styles['privacy']}>
        <Lock size={17} strokeWidth={1.7} aria-hidden="true" />
        <span>{privacy(viewer)}</span>
      </p>
      <StickyBar>
        <Button main wide onClick={onIdentify}>
          Identify this plant
        </Button>
        {viewer.mustSignIn ? <p className={styles['signIn']}>You sign in on the way; the photo comes along.</p> : null}
      </StickyBar>
    </DeskGrid>
  );
}

function privacy({ signedIn, isDemo }: DeskViewer): string {
  const cut = 'Our server makes it smaller and removes its location';
  const goes = isDemo ? 'then a stand-in makes up an answer' : 'then Plant.id and Pl@ntNet see it';
  return `${cut}; ${goes}. ${signedIn ? 'It is kept in your herbarium.' : 'Without an account, we do not keep it.'}`;
}
