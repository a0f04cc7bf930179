import { clockTime, durationText } from '../../lib/format/time.ts';

/** The server says something every ten seconds at least; twice that and a little more is silence. */
const SILENCE_MS = 25_000;
/** Time in which a page that is shown again may get an update before it counts as stale. */
const RETURN_MS = 2_000;

export interface FeedState {
  /** Whether the subscription is open, or polling in its place is answered. */
  connected: boolean;
  /** Whether any update has arrived. */
  begun: boolean;
  /** When the last update arrived; this and the three times below are in epoch milliseconds of this device. */
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
  return { kind: 'live', text: `Live, ${durationText(now - heardAt)} ago` };
}
