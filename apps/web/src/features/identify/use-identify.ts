'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useReducer, useRef } from 'react';
import { forgetPhoto, keepPhoto, keptPhoto } from '../../lib/kept-photo.ts';
import { troubleOf } from './identify-error.ts';
import { type Desk, deskAfter, WAKING } from './identify-state.ts';
import { firstUsable } from './photo/first-usable.ts';
import type { PickFiles } from './photo/photo-arrivals.ts';
import { newRequestId } from './request-id.ts';
import { ask } from './request-identification.ts';
import { beginRun, type Run, withProgress } from './run.ts';

/** Where one signs in to come back to the desk. */
const SIGN_IN = '/login?next=/identify';

export interface DeskHandle {
  desk: Desk;
  lay: PickFiles;
  remove: () => void;
  /** Sends the photo, again if need be. */
  identify: () => void;
  stop: () => void;
}

interface DeskUse {
  signedIn: boolean;
  mustSignIn: boolean;
  maxPhotoBytes: number;
}

/** The desk of `/identify`: the reducer with all that reaches out of it. */
export function useDesk({ signedIn, mustSignIn, maxPhotoBytes }: DeskUse): DeskHandle {
  const [desk, tell] = useReducer(deskAfter, WAKING);
  const router = useRouter();
  /** Ends the reading of a photo that is not wanted any more. */
  const reading = useRef<AbortController>(undefined);
  /** Ends the identification of a photo that is not wanted any more. */
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
    // The error of a run says less than its steps do: which service rests until when.
    let run: Run = beginRun(requestId, photo.size);
    tell({ type: 'started', requestId });
    try {
      const answer = await ask({
        requestId,
        photo,
        signal: stop.signal,
        onUpload: (sent, total) => tell({ type: 'uploaded', requestId, sent, total }),
        onProgress: (event, at) => {
          run = withProgress(run, event, at);
          tell({ type: 'progressed', requestId, event, at });
        },
      });
      tell({ type: 'answered', requestId, answer, now: Date.now() });
      await forgetPhoto();
    } catch (error) {
      if (stop.signal.aborted) return;
      const trouble = troubleOf(error, run, Date.now());
      tell({ type: 'failed', requestId, trouble });
      if (trouble.kind === 'sign_in') askToSignIn(photo);
    }
  };

  const lay = async (files: readonly File[], folders: readonly string[] = []) => {
    // No other photo replaces one that is being identified.
    if (desk.at === 'running') return;
    reading.current?.abort();
    const { signal } = (reading.current = new AbortController());
    const { file, refusals, leftOut } = await firstUsable(files, {
      maxBytes: maxPhotoBytes,
      folders,
      onSlow: (refusal) => {
        if (!signal.aborted) tell({ type: 'laid', photo: undefined, refusals: [refusal], leftOut: 0 });
      },
    });
    if (signal.aborted) return;
    tell({ type: 'laid', photo: file, refusals, leftOut });
    if (file) keepPhoto(file);
  };

  const wake = useEffectEvent(async () => {
    const kept = await keptPhoto();
    tell({ type: 'woke', photo: kept?.file });
    // A photo that was chosen meanwhile takes precedence.
    if (reading.current !== undefined || !kept?.sendWhenSignedIn || !signedIn) return;
    keepPhoto(kept.file);
    await send(kept.file);
  });
  useEffect(() => {
    void wake();
    return () => {
      reading.current?.abort();
      running.current?.abort();
    };
  }, []);

  return {
    desk,
    lay: (files, folders) => void lay(files, folders),
    remove: () => {
      reading.current?.abort();
      tell({ type: 'removed' });
      void forgetPhoto();
    },
    identify: () => {
      if (desk.photo !== undefined) void send(desk.photo);
    },
    stop: () => {
      running.current?.abort();
      tell({ type: 'stopped' });
    },
  };
}
