import { clockTime, lasting } from '../words/time-words.ts';

/** The server says something every ten seconds at least; twice that and a little more is silence. */
const SILENCE_MS = 25_000;
/** A page that is shown again may take this long to hear something new before it counts as stale. */
const RETURN_MS = 2_000;

export interface FeedState {
  /** Whether the subscription stands, or asking every few seconds replaces it and is answered. */
  connected: boolean;
  /** Whether that has brought anything yet. */
  begun: boolean;
  /** When something was heard last, by this device's clock as the three below. */
  heardAt: number;
  /** When the page was shown last. */
  shownAt: number;
  now: number;
  pausedAt: number | undefined;
  /** Whether the instance that answers knows what the others know. */
  shared: boolean;
}

export interface Feed {
  kind: 'live' | 'connecting' | 'stale' | 'paused' | 'alone';
  text: string;
}

/** How far what is shown can be trusted. */
export function feedOf(state: FeedState, timeZone: string): Feed {
  const { begun, connected, heardAt, now, pausedAt, shared, shownAt } = state;
  if (pausedAt !== undefined) return { kind: 'paused', text: `Paused at ${clockTime(pausedAt, timeZone)}` };
  const isSilent = now - heardAt > SILENCE_MS;
  if (isSilent && now - shownAt > RETURN_MS) {
    return { kind: 'stale', text: `Stale since ${clockTime(heardAt, timeZone)}` };
  }
  if (!connected || isSilent) return { kind: 'connecting', text: begun ? 'Reconnecting' : 'Connecting' };
  if (!shared) return { kind: 'alone', text: 'Redis is down: this instance only' };
  return { kind: 'live', text: `Live, ${lasting(now - heardAt)} ago` };
}
