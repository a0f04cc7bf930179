import { percentText } from '../../lib/format/amounts.ts';
import { capitalised } from '../../lib/format/list.ts';
import { readLabel } from './answer/label-reading.ts';
import type { IdentifyState } from './identify-state.ts';
import { progressHeadline, progressSteps } from './progress-steps.ts';

/** Returns the text of the live region. It is spoken when it changes, so it names steps and states, never seconds. */
export function announcementOf(state: IdentifyState): string {
  switch (state.type) {
    case 'restoring':
    case 'empty':
      return '';
    case 'selected': {
      if (state.stopped) return 'Stopped. Your photo is still here.';
      const others = state.leftOut + state.rejected.length;
      return others > 0 ? `1 photo added, ${others} left out.` : '1 photo added.';
    }
    case 'running': {
      const last = progressSteps(state.run).findLast((step) => step.state === 'done' || step.state === 'missed');
      return last ? `${last.text}.` : `${progressHeadline(state.run).title}.`;
    }
    case 'answered':
      return answerText(state.answer);
    case 'failed':
      // A rejected photo has its own alert.
      return state.error.type === 'photo_rejected' ? '' : ERRORS[state.error.type];
  }
}

const ERRORS = {
  sign_in_required: 'Sign in to go on. Your photo is kept.',
  rate_limited: 'You have used all your identifications for now. Your photo is kept.',
  providers_unavailable: 'The services are resting. Your photo is kept.',
  timeout: 'No answer came in time. Your photo is kept.',
  connection_lost: 'The connection was lost. Your photo is kept.',
  server_error: 'Something went wrong on our side. Your photo is kept.',
} as const;

function answerText(answer: Extract<IdentifyState, { type: 'answered' }>['answer']): string {
  const reading = readLabel(answer);
  if (reading.type === 'no_plant') return 'We see no plant here.';
  const text =
    reading.probability === undefined
      ? reading.confidence
      : `${reading.confidence}, ${percentText(reading.probability)}`;
  return `${reading.title}. ${capitalised(text)}.${answer.demo ? ' This is a demo answer.' : ''}`;
}

/** Returns the title of the tab, which shows the result while the tab is in the background. */
export function titleOf(state: IdentifyState): string {
  switch (state.type) {
    case 'running':
      return progressHeadline(state.run).title;
    case 'answered': {
      const reading = readLabel(state.answer);
      return reading.type === 'no_plant' ? 'No plant found' : `${reading.title}, ${reading.confidence}`;
    }
    case 'failed':
      return 'Your photo waits';
    case 'restoring':
    case 'empty':
    case 'selected':
      return 'Identify';
  }
}
