import { untilTime } from './format/time.ts';

/** Why something was not done, where no single field is at fault. */
export interface FormError {
  sentence: string;
  /** Epoch milliseconds: trying before is of no use. */
  until?: number;
}

const UNHEARD = 'No answer came from us. Please try again in a moment.';
const OFFLINE = 'You are offline. Nothing is lost: try again once you are connected.';

/** Of a request that nobody answered. */
export function noAnswer(): FormError {
  return { sentence: navigator.onLine ? UNHEARD : OFFLINE };
}

/** Of a request that was one too many, which `sentence` says; `seconds` are those of Retry-After. */
export function tooManyRequests(sentence: string, seconds: number, now: number, timeZone: string): FormError {
  const until = now + seconds * 1000;
  return { sentence: `${sentence} You can try again at ${untilTime(until, now, timeZone)}.`, until };
}

/** As the reader's clock shows it: only called where there is a reader. */
export function tooManyRequestsHere(sentence: string, seconds: number): FormError {
  return tooManyRequests(sentence, seconds, Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
}
