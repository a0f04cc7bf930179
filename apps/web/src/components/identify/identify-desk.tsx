'use client';

import { useEffect } from 'react';
import { announcementOf, titleOf } from '@/client/identify/announcement.ts';
import { useDesk } from '@/client/identify/use-desk.ts';
import { usePhotoArrivals } from '@/client/photo/photo-arrivals.ts';
import { usePreview } from '@/client/photo/preview.ts';
import hidden from '../paper/visually-hidden.module.css';
import { AnsweredDesk } from './answered-desk.tsx';
import { ChosenDesk } from './chosen-desk.tsx';
import { EmptyDesk } from './empty-desk.tsx';
import { HeldDesk } from './held-desk.tsx';
import { RunningDesk } from './running-desk.tsx';

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
