import { describe, expect, it } from 'vitest';
import { type FeedInput, feedOf } from './feed.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 44, 19);
const live: FeedInput = {
  connected: true,
  hasUpdate: true,
  updatedAt: NOW - 2_000,
  shownAt: NOW - 3_600_000,
  now: NOW,
  pausedAt: undefined,
  shared: true,
};

describe('feedOf', () => {
  it.each<[Partial<FeedInput>, string, string, string?]>([
    [{}, 'live', 'Live, 2 s ago'],
    [{ connected: false, hasUpdate: false }, 'connecting', 'Connecting'],
    [{ connected: false }, 'connecting', 'Reconnecting'],
    [{ updatedAt: NOW - 25_000 }, 'live', 'Live, 25 s ago'],
    [{ updatedAt: NOW - 25_001 }, 'stale', 'Stale since 01:43:53', '01:43:53'],
    [{ updatedAt: NOW - 60_000, connected: false, shared: false }, 'stale', 'Stale since 01:43:19', '01:43:19'],
    [{ updatedAt: NOW - 60_000, shownAt: NOW - 2_000 }, 'connecting', 'Reconnecting'],
    [{ updatedAt: NOW - 60_000, shownAt: NOW - 2_001 }, 'stale', 'Stale since 01:43:19', '01:43:19'],
    [{ shared: false }, 'local', 'Redis is down: this instance only'],
    [{ pausedAt: NOW - 60_000, updatedAt: NOW - 90_000 }, 'paused', 'Paused at 01:43:19', '01:43:19'],
  ])('with %j returns %s', (given, status, text, sinceText) => {
    const feed = feedOf({ ...live, ...given }, 'UTC');
    expect({ ...feed, text: feed.text.replaceAll('\u00a0', ' ') }).toEqual({
      status,
      text,
      ...(sinceText !== undefined && { sinceText }),
    });
  });
});
