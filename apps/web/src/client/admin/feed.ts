import { clockTime, lasting } from '../words/time-words.ts';

/** The server says something every ten seconds at least; twice that and a little more is silence. */
const SILENCE_MS = 25_000;

export interface FeedState {
  /** Whether the subscription stands. */
  connected: boolean;
  /** Whether it has brought anything yet. */
  begun: boolean;
  /** When something was heard last, by this device's clock as the two below. */
  heardAt: number;
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
export function feedOf({ begun, connected, heardAt, now, pausedAt, shared }: FeedState, timeZone: string): Feed {
  if (pausedAt !== undefined) return { kind: 'paused', text: `Paused at ${clockTime(pausedAt, timeZone)}` };
  if (now - heardAt > SILENCE_MS) return { kind: 'stale', text: `Stale since ${clockTime(heardAt, timeZone)}` };
  if (!connected) return { kind: 'connecting', text: begun ? 'Reconnecting' : 'Connecting' };
  if (!shared) return { kind: 'alone', text: 'Redis is down: this instance only' };
  return { kind: 'live', text: `Live, ${lasting(now - heardAt)} ago` };
}
