'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useReducer, useRef } from 'react';
import { forgetPhoto, keepPhoto, keptPhoto } from '../../lib/kept-photo.ts';
import { toIdentifyError } from './identify-error.ts';
import { type IdentifyState, identifyReducer, RESTORING } from './identify-state.ts';
import type { OnFiles } from './photo/photo-input.tsx';
import { selectFirstUsable } from './photo/select-photo.ts';
import { newRequestId, requestIdentification } from './request-identification.ts';
import { type Run, startRun, withProgress } from './run.ts';

/** Sign-in page that leads back to `/identify`. */
const SIGN_IN = '/login?next=/identify';

export interface IdentifyViewer {
  signedIn: boolean;
  mustSignIn: boolean;
  isDemo: boolean;
  maxPhotoBytes: number;
}

interface IdentifyHandle {
  state: IdentifyState;
  selectFiles: OnFiles;
  remove: () => void;
  /** Sends the photo, or sends it again. */
  identify: () => void;
  stop: () => void;
}

/** State and actions of `/identify`: the reducer with its side effects. */
export function useIdentify({ signedIn, mustSignIn, maxPhotoBytes }: IdentifyViewer): IdentifyHandle {
  const [state, dispatch] = useReducer(identifyReducer, RESTORING);
  const router = useRouter();
  /** Aborts reading a photo that is not wanted any more. */
  const reading = useRef<AbortController>(undefined);
  /** Aborts identifying a photo that is not wanted any more. */
  const running = useRef<AbortController>(undefined);

  const askToSignIn = (photo: File) => {
    keepPhoto(photo, { sendWhenSignedIn: true });
    router.push(SIGN_IN);
  };

  const send = async (photo: File) => {
    // A photo that is still being read must not replace the one that is sent.
    reading.current?.abort();
    if (mustSignIn) return askToSignIn(photo);
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    const requestId = newRequestId();
    // The error of a run does not say which provider is resting until when; the progress events do.
    let run: Run = startRun(requestId, photo.size);
    dispatch({ type: 'started', requestId });
    try {
      const answer = await requestIdentification({
        requestId,
        photo,
        signal: stop.signal,
        onUpload: (sent, total) => dispatch({ type: 'uploaded', requestId, sent, total }),
        onProgress: (event, at) => {
          run = withProgress(run, event, at);
          dispatch({ type: 'progressed', requestId, event, at });
        },
      });
      dispatch({ type: 'answered', requestId, answer, now: Date.now() });
      await forgetPhoto();
    } catch (cause) {
      if (stop.signal.aborted) return;
      const error = toIdentifyError(cause, run, Date.now());
      dispatch({ type: 'failed', requestId, error });
      if (error.type === 'sign_in_required') askToSignIn(photo);
    }
  };

  const selectFiles = async (files: readonly File[], folders: readonly string[] = []) => {
    // No other photo replaces one that is being identified.
    if (state.type === 'running') return;
    reading.current?.abort();
    const { signal } = (reading.current = new AbortController());
    const { file, rejected, leftOut } = await selectFirstUsable(files, {
      maxBytes: maxPhotoBytes,
      folders,
      onSlow: (slow) => {
        if (!signal.aborted) dispatch({ type: 'photoSelected', photo: undefined, rejected: [slow], leftOut: 0 });
      },
    });
    if (signal.aborted) return;
    dispatch({ type: 'photoSelected', photo: file, rejected, leftOut });
    if (file) keepPhoto(file);
  };

  const restore = useEffectEvent(async () => {
    const kept = await keptPhoto();
    dispatch({ type: 'restored', photo: kept?.file });
    // A photo that was chosen meanwhile takes precedence.
    if (reading.current !== undefined || !kept?.sendWhenSignedIn || !signedIn) return;
    keepPhoto(kept.file);
    await send(kept.file);
  });
  useEffect(() => {
    void restore();
    return () => {
      reading.current?.abort();
      running.current?.abort();
    };
  }, []);

  return {
    state,
    selectFiles: (files, folders) => void selectFiles(files, folders),
    remove: () => {
      reading.current?.abort();
      dispatch({ type: 'removed' });
      void forgetPhoto();
    },
    identify: () => {
      if (state.photo !== undefined) void send(state.photo);
    },
    stop: () => {
      running.current?.abort();
      dispatch({ type: 'stopped' });
    },
  };
}
