'use client';

import { useDocumentTitle } from '@/lib/use-document-title.ts';
import { usePreview } from '@/ui/picture.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { announcementOf, titleOf } from './announcement.ts';
import { AnsweredView } from './answered-view.tsx';
import { EmptyView } from './empty-view.tsx';
import { FailedView } from './failed-view.tsx';
import { usePhotoDrop } from './photo/photo-input.tsx';
import { RunningView } from './running-view.tsx';
import { SelectedView } from './selected-view.tsx';
import { type IdentifyViewer, useIdentify } from './use-identify.ts';

/** Content of `/identify`: one photo, from the empty sheet to its label. */
export function IdentifyView(viewer: IdentifyViewer) {
  const { state, selectFiles, remove, identify, stop } = useIdentify(viewer);
  const preview = usePreview(state.photo);
  const { above } = usePhotoDrop(selectFiles);
  useDocumentTitle(titleOf(state), 'Identify');

  return (
    <>
      <p aria-live="polite" className={hidden['hidden']}>
        {announcementOf(state)}
      </p>
      {state.type === 'restoring' || state.type === 'empty' ? (
        <EmptyView
          rejected={state.type === 'empty' ? state.rejected : []}
          above={above}
          maxPhotoBytes={viewer.maxPhotoBytes}
          onFiles={selectFiles}
        />
      ) : null}
      {state.type === 'selected' ? (
        <SelectedView
          state={state}
          preview={preview}
          viewer={viewer}
          onFiles={selectFiles}
          onRemove={remove}
          onIdentify={identify}
        />
      ) : null}
      {state.type === 'running' ? <RunningView run={state.run} preview={preview} onStop={stop} /> : null}
      {state.type === 'answered' ? (
        <AnsweredView state={state} preview={preview} onFiles={selectFiles} onAgain={identify} />
      ) : null}
      {state.type === 'failed' ? (
        <FailedView
          error={state.error}
          photo={state.photo}
          preview={preview}
          viewer={viewer}
          onFiles={selectFiles}
          onAgain={identify}
        />
      ) : null}
    </>
  );
}
