import type { Identification, ProgressEvent } from '../../lib/wire.ts';
import type { IdentifyError } from './identify-error.ts';
import type { RejectedFile } from './photo/photo-check.ts';
import { type Run, startRun, withProgress, withUpload } from './run.ts';

/** State of `/identify`, which holds at most one photo. */
export type IdentifyState =
  /** The page does not know yet whether this device keeps a photo. */
  | { type: 'restoring'; photo?: never }
  | { type: 'empty'; photo?: never; rejected: readonly RejectedFile[] }
  | { type: 'selected'; photo: File; rejected: readonly RejectedFile[]; leftOut: number; stopped: boolean }
  | { type: 'running'; photo: File; run: Run }
  | { type: 'answered'; photo: File; run: Run; answer: Identification; answeredAt: string }
  | { type: 'failed'; photo: File; error: IdentifyError };

export type IdentifyEvent =
  | { type: 'restored'; photo: File | undefined }
  | { type: 'photoSelected'; photo: File | undefined; rejected: readonly RejectedFile[]; leftOut: number }
  | { type: 'removed' }
  | { type: 'started'; requestId: string }
  | { type: 'uploaded'; requestId: string; sent: number; total: number }
  | { type: 'progressed'; requestId: string; event: ProgressEvent; at: number }
  | { type: 'answered'; requestId: string; answer: Identification; now: number }
  | { type: 'failed'; requestId: string; error: IdentifyError }
  | { type: 'stopped' };

export const RESTORING: IdentifyState = { type: 'restoring' };
const EMPTY: IdentifyState = { type: 'empty', rejected: [] };

function selected(photo: File): Extract<IdentifyState, { type: 'selected' }> {
  return { type: 'selected', photo, rejected: [], leftOut: 0, stopped: false };
}

/** Returns the state after an event. An event of a run that has ended changes nothing. */
export function identifyReducer(state: IdentifyState, event: IdentifyEvent): IdentifyState {
  switch (event.type) {
    case 'restored':
      if (state.type !== 'restoring') return state;
      return event.photo ? selected(event.photo) : EMPTY;
    case 'photoSelected':
      return afterSelection(state, event);
    case 'removed':
      return EMPTY;
    case 'started':
      if (state.photo === undefined) return state;
      return { type: 'running', photo: state.photo, run: startRun(event.requestId, state.photo.size) };
    case 'stopped':
      return state.type === 'running' ? { ...selected(state.photo), stopped: true } : state;
    case 'uploaded':
    case 'progressed':
    case 'answered':
    case 'failed':
      return state.type === 'running' && state.run.requestId === event.requestId ? afterRunEvent(state, event) : state;
  }
}

function afterSelection(
  state: IdentifyState,
  { photo, rejected, leftOut }: Extract<IdentifyEvent, { type: 'photoSelected' }>,
): IdentifyState {
  // A running photo is replaced only after it was stopped.
  if (state.type === 'running') return state;
  if (photo !== undefined) return { type: 'selected', photo, rejected, leftOut, stopped: false };
  if (state.photo !== undefined) return { ...selected(state.photo), rejected };
  return { type: 'empty', rejected };
}

type RunEvent = Extract<IdentifyEvent, { type: 'uploaded' | 'progressed' | 'answered' | 'failed' }>;

function afterRunEvent(state: Extract<IdentifyState, { type: 'running' }>, event: RunEvent): IdentifyState {
  const { photo, run } = state;
  switch (event.type) {
    case 'uploaded':
      return { ...state, run: withUpload(run, event.sent, event.total) };
    case 'progressed':
      return { ...state, run: withProgress(run, event.event, event.at) };
    case 'answered':
      return { type: 'answered', photo, run, answer: event.answer, answeredAt: new Date(event.now).toISOString() };
    case 'failed':
      return { type: 'failed', photo, error: event.error };
  }
}
