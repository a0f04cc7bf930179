'use client';

import { useEffect } from 'react';
import { usePhotoArrivals } from '@/features/identify/photo/photo-arrivals.ts';
import { usePreview } from '@/ui/preview.ts';
import hidden from '@/ui/visually-hidden.module.css';
import { announcementOf, titleOf } from './announcement.ts';
import { AnsweredDesk } from './answered-view.tsx';
import { EmptyDesk } from './empty-view.tsx';
import { HeldDesk } from './failed-view.tsx';
import { RunningDesk } from './running-view.tsx';
import { ChosenDesk } from './selected-view.tsx';
import { useDesk } from './use-identify.ts';

export interface DeskViewer {
  signedIn: boolean;
  mustSignIn: boolean;
  isDemo: boolean;
  maxPhotoBytes: number;
}

/** `/identify`: one photo, from the empty desk to its label. */
export function IdentifyDesk(viewer: DeskViewer) {
  const { desk, lay, remove, identify, stop } = useDesk(viewer);
  const preview = usePreview(desk.photo);
  const { above } = usePhotoArrivals(lay);

  const title = titleOf(desk);
  useEffect(() => {
    document.title = `${title} · Plant ID Community`;
  }, [title]);

  return (
    <>
      <p aria-live="polite" className={hidden['hidden']}>
        {announcementOf(desk)}
      </p>
      {desk.at === 'waking' || desk.at === 'empty' ? (
        <EmptyDesk
          refusals={desk.at === 'empty' ? desk.refusals : []}
          above={above}
          maxPhotoBytes={viewer.maxPhotoBytes}
          onFiles={lay}
        />
      ) : null}
      {desk.at === 'chosen' ? (
        <ChosenDesk
          desk={desk}
          preview={preview}
          viewer={viewer}
          onFiles={lay}
          onRemove={remove}
          onIdentify={identify}
        />
      ) : null}
      {desk.at === 'running' ? <RunningDesk run={desk.run} preview={preview} onStop={stop} /> : null}
      {desk.at === 'answered' ? <AnsweredDesk desk={desk} preview={preview} onFiles={lay} onAgain={identify} /> : null}
      {desk.at === 'held' ? (
        <HeldDesk
          trouble={desk.trouble}
          photo={desk.photo}
          preview={preview}
          viewer={viewer}
          onFiles={lay}
          onAgain={identify}
        />
      ) : null}
    </>
  );
}
