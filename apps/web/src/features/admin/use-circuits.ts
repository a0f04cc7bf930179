'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useLayoutEffect, useState } from 'react';
import { useNow, useTimeZone, useVisible } from '../../lib/device.ts';
import { problemOf } from '../../lib/problem.ts';
import { useStreamSlot } from '../../lib/stream-slots.ts';
import type { Overview } from '../../lib/wire.ts';
import { type Feed, feedOf } from './feed.ts';
import { afterEvent } from './follow-overview.ts';
import { trpc } from './trpc.ts';

/** Delay before the feed is opened again; each ends after some minutes. */
const RESUBSCRIBE_MS = 1_000;
/**
 * Polling interval while there is no stream: of a visible page, and of a hidden page, which shows changes
 * only in its title.
 */
const POLL_MS = { visible: 5_000, hidden: 30_000 };
const KEY = ['circuits'];

export interface WatchedCircuits {
  overview: Overview;
  /** The server's time in epoch milliseconds; it stands still while paused. */
  now: number;
  timeZone: string;
  feed: Feed;
  /** Stores an overview that arrived in another way, such as the answer to an override. */
  update: (overview: Overview) => void;
  /** Pauses or resumes updates. */
  togglePause: () => void;
}

/**
 * Follows all circuits live. A visible page gets updates over a stream if the browser has a connection to spare; every
 * other page polls, and a hidden one holds no connection.
 */
export function useCircuits(initial: Overview): WatchedCircuits {
  const router = useRouter();
  const cache = useQueryClient();
  const { client } = trpc.useUtils();
  const [pausedAt, setPausedAt] = useState<number>();
  const [hasUpdate, setHasUpdate] = useState(false);
  const isPaused = pausedAt !== undefined;
  const isVisible = useVisible();
  const shownAt = useShownAt(isVisible);
  const slot = useStreamSlot(isVisible && !isPaused);
  const mayStream = slot === 'held';

  const update = (next: Overview) =>
    cache.setQueryData<Overview>(KEY, (known) => (known !== undefined && known.at > next.at ? known : next));
  const { error, reset, status } = trpc.v1.admin.overview.watch.useSubscription(undefined, {
    enabled: mayStream,
    onData: ({ data }) => {
      setHasUpdate(true);
      const next = afterEvent(cache.getQueryData<Overview>(KEY), data);
      if (next !== undefined) update(next);
    },
  });
  const streams = mayStream && status === 'pending';
  const query = useQuery<Overview>({
    queryKey: KEY,
    queryFn: () => client.v1.admin.overview.get.query(),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: streams || isPaused ? false : POLL_MS[isVisible ? 'visible' : 'hidden'],
    refetchIntervalInBackground: true,
  });
  const { data: overview, dataUpdatedAt: updatedAt, refetch } = query;
  const mustPoll = slot === 'taken' || slot === 'unsupported';
  useEffect(() => {
    if (mustPoll) void refetch();
  }, [mustPoll, refetch]);
  const polls = mustPoll && query.isFetchedAfterMount && query.failureCount === 0;

  const isForbidden = isNotFound(error) || isNotFound(query.failureReason);
  useEffect(() => {
    // The refresh shows the page that people without the admin role see.
    if (isForbidden) router.refresh();
  }, [isForbidden, router]);

  const ended = mayStream && !isForbidden && (status === 'idle' || status === 'error');
  useEffect(() => {
    if (!ended) return;
    const timer = setTimeout(reset, RESUBSCRIBE_MS);
    return () => clearTimeout(timer);
  }, [ended, reset]);

  const ticking = useNow(1_000);
  const zone = useTimeZone();
  const deviceNow = pausedAt ?? ticking;
  // Before hydration the page shows the time at which the server rendered it.
  const sinceUpdate = zone === undefined ? 0 : Math.max(0, deviceNow - updatedAt);
  const timeZone = zone ?? 'UTC';
  return {
    overview,
    now: Date.parse(overview.at) + sinceUpdate,
    timeZone,
    feed: feedOf(
      {
        hasUpdate: hasUpdate || query.isFetchedAfterMount,
        connected: streams || polls,
        updatedAt,
        shownAt,
        now: updatedAt + sinceUpdate,
        pausedAt,
        shared: overview.shared,
      },
      timeZone,
    ),
    update,
    togglePause: () => setPausedAt(isPaused ? undefined : Date.now()),
  };
}

/** Returns when the page was shown last, in epoch milliseconds. */
function useShownAt(isVisible: boolean): number {
  const [shownAt, setShownAt] = useState(0);
  // Runs before the first paint, so that a page that is shown again does not look stale for a moment.
  useLayoutEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the time is known only after the change
    if (isVisible) setShownAt(Date.now());
  }, [isVisible]);
  return shownAt;
}

const isNotFound = (error: unknown): boolean => problemOf(error)?.code === 'not_found';
