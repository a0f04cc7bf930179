import { Lock, Trash2 } from 'lucide-react';
import { bytesText } from '@/lib/format/amounts.ts';
import { ALL_PROVIDERS_TEXT } from '@/lib/providers.ts';
import { Button } from '@/ui/button.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { PhotoLayout, StickyBar } from '@/ui/layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { RejectedFiles } from './empty-view.tsx';
import type { IdentifyState } from './identify-state.ts';
import type { OnFiles } from './photo/photo-input.tsx';
import { PickPhoto } from './photo/photo-input.tsx';
import styles from './selected-view.module.css';
import type { IdentifyViewer } from './use-identify.ts';

interface SelectedViewProps {
  state: Extract<IdentifyState, { type: 'selected' }>;
  preview: string | undefined;
  viewer: IdentifyViewer;
  onFiles: OnFiles;
  onRemove: () => void;
  onIdentify: () => void;
}

const UNSHOWN = 'It may be damaged. You can send it all the same: we look at it before any service does.';

/** Shows the selected photo, and what will happen to it, before it is sent. */
export function SelectedView({ state, preview, viewer, onFiles, onRemove, onIdentify }: SelectedViewProps) {
  const { photo, rejected, leftOut, stopped } = state;
  return (
    <PhotoLayout panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" unshown={UNSHOWN} />}>
      <div className={styles['head']}>
        <FocusedHeading active>Your photo</FocusedHeading>
        <p>{stopped ? 'Stopped. Nothing is lost: it is still here.' : 'Best with one plant, sharp and in daylight.'}</p>
      </div>
      {rejected.length > 0 ? <RejectedFiles rejected={rejected} /> : null}
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
    </PhotoLayout>
  );
}

function privacy({ signedIn, isDemo }: IdentifyViewer): string {
  const cut = 'Our server makes it smaller and removes its location';
  const goes = isDemo ? 'then a stand-in makes up an answer' : `then ${ALL_PROVIDERS_TEXT} see it`;
  return `${cut}; ${goes}. ${signedIn ? 'It is kept in your herbarium.' : 'Without an account, we do not keep it.'}`;
}
