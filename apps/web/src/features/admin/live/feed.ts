import { clockTime, durationText } from '../../../lib/format/time.ts';

/** The server sends an event every ten seconds at least; after twice that and a little more, the feed counts as silent. */
const SILENCE_MS = 25_000;
/** Time in which a page that is shown again may get an update before it counts as stale. */
const RETURN_MS = 2_000;

export interface FeedInput {
  /** Whether the subscription is open, or the polls that replace it are answered. */
  connected: boolean;
  /** Whether any update has arrived. */
  hasUpdate: boolean;
  /** When the last update arrived; this and the three times below are in epoch milliseconds of this device. */
  updatedAt: number;
  /** When the page was shown last. */
  shownAt: number;
  now: number;
  pausedAt: number | undefined;
  /** Whether the instance that answers shares its state with the other instances. */
  shared: boolean;
}

/** How fresh the page is. `sinceText` is the clock time since when it is stale or paused. */
export type Feed =
  | { status: 'live' | 'connecting' | 'local'; text: string }
  | { status: 'stale' | 'paused'; text: string; sinceText: string };

/** Returns how fresh the page is. */
export function feedOf(input: FeedInput, timeZone: string): Feed {
  const { connected, hasUpdate, now, pausedAt, shared, shownAt, updatedAt } = input;
  if (pausedAt !== undefined) {
    const sinceText = clockTime(pausedAt, timeZone);
    return { status: 'paused', text: `Paused at ${sinceText}`, sinceText };
  }
  const isSilent = now - updatedAt > SILENCE_MS;
  if (isSilent && now - shownAt > RETURN_MS) {
    const sinceText = clockTime(updatedAt, timeZone);
    return { status: 'stale', text: `Stale since ${sinceText}`, sinceText };
  }
  if (!connected || isSilent) return { status: 'connecting', text: hasUpdate ? 'Reconnecting' : 'Connecting' };
  if (!shared) return { status: 'local', text: 'Redis is down: this instance only' };
  return { status: 'live', text: `Live, ${durationText(now - updatedAt)} ago` };
}
