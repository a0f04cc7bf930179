import { describe, expect, it } from 'vitest';
import { type FeedState, feedOf } from './feed.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 44, 19);
const live: FeedState = {
  connected: true,
  begun: true,
  heardAt: NOW - 2_000,
  shownAt: NOW - 3_600_000,
  now: NOW,
  pausedAt: undefined,
  shared: true,
};

describe('the feed', () => {
  it.each<[Partial<FeedState>, string, string]>([
    [{}, 'live', 'Live, 2 s ago'],
    [{ connected: false, begun: false }, 'connecting', 'Connecting'],
    [{ connected: false }, 'connecting', 'Reconnecting'],
    [{ heardAt: NOW - 25_000 }, 'live', 'Live, 25 s ago'],
    [{ heardAt: NOW - 25_001 }, 'stale', 'Stale since 01:43:53'],
    [{ heardAt: NOW - 60_000, connected: false, shared: false }, 'stale', 'Stale since 01:43:19'],
    [{ heardAt: NOW - 60_000, shownAt: NOW - 2_000 }, 'connecting', 'Reconnecting'],
    [{ heardAt: NOW - 60_000, shownAt: NOW - 2_001 }, 'stale', 'Stale since 01:43:19'],
    [{ shared: false }, 'alone', 'Redis is down: this instance only'],
    [{ pausedAt: NOW - 60_000, heardAt: NOW - 90_000 }, 'paused', 'Paused at 01:43:19'],
  ])('with %j is %s', (given, kind, text) => {
    const feed = feedOf({ ...live, ...given }, 'UTC');
    expect({ ...feed, text: feed.text.replaceAll('\u00a0', ' ') }).toEqual({ kind, text });
  });
});
