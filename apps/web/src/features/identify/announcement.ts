import { percentText } from '../../lib/format/amounts.ts';
import { capitalised, readLabel } from './answer/label-reading.ts';
import type { Desk } from './identify-state.ts';
import { headline, stepsOf } from './steps.ts';

/** What the live region says; it is spoken when it changes, so it names steps and states, never seconds. */
export function announcementOf(desk: Desk): string {
  switch (desk.at) {
    case 'waking':
    case 'empty':
      return '';
    case 'chosen': {
      if (desk.stopped) return 'Stopped. Your photo is still here.';
      const others = desk.leftOut + desk.refusals.length;
      return others > 0 ? `1 photo added, ${others} left out.` : '1 photo added.';
    }
    case 'running': {
      const done = stepsOf(desk.run).findLast(({ state }) => state === 'done' || state === 'missed');
      return done ? `${done.text}.` : `${headline(desk.run).title}.`;
    }
    case 'answered':
      return answered(desk.answer);
    case 'held':
      return desk.trouble.kind === 'refused' ? '' : HELD[desk.trouble.kind];
  }
}

const HELD = {
  sign_in: 'Sign in to go on. Your photo is kept.',
  limited: 'You have used all your identifications for now. Your photo is kept.',
  resting: 'The services are resting. Your photo is kept.',
  slow: 'No answer came in time. Your photo is kept.',
  lost: 'The connection was lost. Your photo is kept.',
  broken: 'Something went wrong on our side. Your photo is kept.',
} as const;

function answered(answer: Extract<Desk, { at: 'answered' }>['answer']): string {
  const reading = readLabel(answer);
  if (reading.kind === 'no_plant') return 'We see no plant here.';
  const sure = reading.share === undefined ? reading.word : `${reading.word}, ${percentText(reading.share)}`;
  return `${reading.title}. ${capitalised(sure)}.${answer.demo ? ' This is a demo answer.' : ''}`;
}

/** The tab's title, so that a tab in the background tells its news. */
export function titleOf(desk: Desk): string {
  switch (desk.at) {
    case 'running':
      return headline(desk.run).title;
    case 'answered': {
      const reading = readLabel(desk.answer);
      return reading.kind === 'no_plant' ? 'No plant found' : `${reading.title}, ${reading.word}`;
    }
    case 'held':
      return 'Your photo waits';
    case 'waking':
    case 'empty':
    case 'chosen':
      return 'Identify';
  }
}
