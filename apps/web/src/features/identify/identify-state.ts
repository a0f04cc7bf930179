import type { Identification, ProgressEvent } from '../../lib/wire.ts';
import type { Trouble } from './identify-error.ts';
import type { Refusal } from './photo/photo-check.ts';
import { beginRun, type Run, withProgress, withUpload } from './run.ts';

/** Where the one photo on the desk stands. */
export type Desk =
  /** Nobody knows yet whether a photo waits on this device. */
  | { at: 'waking'; photo?: never }
  | { at: 'empty'; photo?: never; refusals: readonly Refusal[] }
  | { at: 'chosen'; photo: File; refusals: readonly Refusal[]; leftOut: number; stopped: boolean }
  | { at: 'running'; photo: File; run: Run }
  | { at: 'answered'; photo: File; run: Run; answer: Identification; answeredAt: string }
  | { at: 'held'; photo: File; trouble: Trouble };

export type DeskEvent =
  | { type: 'woke'; photo: File | undefined }
  | { type: 'laid'; photo: File | undefined; refusals: readonly Refusal[]; leftOut: number }
  | { type: 'removed' }
  | { type: 'started'; requestId: string }
  | { type: 'uploaded'; requestId: string; sent: number; total: number }
  | { type: 'progressed'; requestId: string; event: ProgressEvent; at: number }
  | { type: 'answered'; requestId: string; answer: Identification; now: number }
  | { type: 'failed'; requestId: string; trouble: Trouble }
  | { type: 'stopped' };

export const WAKING: Desk = { at: 'waking' };
const EMPTY: Desk = { at: 'empty', refusals: [] };

function chosen(photo: File): Extract<Desk, { at: 'chosen' }> {
  return { at: 'chosen', photo, refusals: [], leftOut: 0, stopped: false };
}

/** What is on the desk after an event. An event of a run that is over changes nothing. */
export function deskAfter(desk: Desk, event: DeskEvent): Desk {
  switch (event.type) {
    case 'woke':
      if (desk.at !== 'waking') return desk;
      return event.photo ? chosen(event.photo) : EMPTY;
    case 'laid':
      return laid(desk, event);
    case 'removed':
      return EMPTY;
    case 'started':
      if (desk.photo === undefined) return desk;
      return { at: 'running', photo: desk.photo, run: beginRun(event.requestId, desk.photo.size) };
    case 'stopped':
      return desk.at === 'running' ? { ...chosen(desk.photo), stopped: true } : desk;
    case 'uploaded':
    case 'progressed':
    case 'answered':
    case 'failed':
      return desk.at === 'running' && desk.run.requestId === event.requestId ? afterNews(desk, event) : desk;
  }
}

function laid(desk: Desk, { photo, refusals, leftOut }: Extract<DeskEvent, { type: 'laid' }>): Desk {
  // A photo at work stays where it is until it is stopped.
  if (desk.at === 'running') return desk;
  if (photo !== undefined) return { at: 'chosen', photo, refusals, leftOut, stopped: false };
  if (desk.photo !== undefined) return { ...chosen(desk.photo), refusals };
  return { at: 'empty', refusals };
}

type News = Extract<DeskEvent, { type: 'uploaded' | 'progressed' | 'answered' | 'failed' }>;

function afterNews(desk: Extract<Desk, { at: 'running' }>, event: News): Desk {
  const { photo, run } = desk;
  switch (event.type) {
    case 'uploaded':
      return { ...desk, run: withUpload(run, event.sent, event.total) };
    case 'progressed':
      return { ...desk, run: withProgress(run, event.event, event.at) };
    case 'answered':
      return { at: 'answered', photo, run, answer: event.answer, answeredAt: new Date(event.now).toISOString() };
    case 'failed':
      return { at: 'held', photo, trouble: event.trouble };
  }
}
