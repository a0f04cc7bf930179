'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useLayoutEffect, useState } from 'react';
import { useNow, useTimeZone } from '../../lib/clock.ts';
import { problemOf } from '../../lib/problem.ts';
import { useStreamSlot } from '../../lib/stream-slots.ts';
import { useVisible } from '../../lib/visibility.ts';
import type { CircuitsOverview } from '../../lib/wire.ts';
import { type Feed, feedOf } from './feed.ts';
import { trpc } from './trpc.ts';

/** A feed that has ended, as each does after some minutes, is taken up again after this. */
const AGAIN_MS = 1_000;
/**
 * Polling interval while there is no stream: of a visible page, and of a hidden one, which shows news in its title
 * only.
 */
const POLL_MS = { visible: 5_000, hidden: 30_000 };
const KEY = ['circuits'];

export interface WatchedCircuits {
  overview: CircuitsOverview;
  /** The server's time, in milliseconds since 1970; stands still while paused. */
  now: number;
  timeZone: string;
  feed: Feed;
  /** Takes in an overview that came another way. */
  take: (heard: CircuitsOverview) => void;
  /** Stops what changes by itself, or lets it go on. */
  togglePause: () => void;
}

/**
 * Follows both circuits live. A visible page gets updates over a stream if the browser has a connection to spare; every
 * other page polls, and a hidden one holds no connection.
 */
export function useCircuits(initial: CircuitsOverview): WatchedCircuits {
  const router = useRouter();
  const cache = useQueryClient();
  const { client } = trpc.useUtils();
  const [pausedAt, setPausedAt] = useState<number>();
  const [begun, setBegun] = useState(false);
  const isPaused = pausedAt !== undefined;
  const isVisible = useVisible();
  const shownAt = useShownAt(isVisible);
  const slot = useStreamSlot(isVisible && !isPaused);
  const mayStream = slot === 'held';

  const take = (heard: CircuitsOverview) =>
    cache.setQueryData<CircuitsOverview>(KEY, (known) => (known !== undefined && known.at > heard.at ? known : heard));
  const { error, reset, status } = trpc.v1.admin.circuits.watch.useSubscription(undefined, {
    enabled: mayStream,
    onData: ({ data }) => {
      setBegun(true);
      take(data);
    },
  });
  const streams = mayStream && status === 'pending';
  const asked = useQuery<CircuitsOverview>({
    queryKey: KEY,
    queryFn: () => client.v1.admin.circuits.overview.query(),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: streams || isPaused ? false : POLL_MS[isVisible ? 'visible' : 'hidden'],
    refetchIntervalInBackground: true,
  });
  const { data: overview, dataUpdatedAt: heardAt, refetch } = asked;
  const mustPoll = slot === 'taken' || slot === 'unsupported';
  useEffect(() => {
    if (mustPoll) void refetch();
  }, [mustPoll, refetch]);
  const polls = mustPoll && asked.isFetchedAfterMount && asked.failureCount === 0;

  const shownOut = isNotFound(error) || isNotFound(asked.failureReason);
  useEffect(() => {
    // Whoever is no administrator any more sees what everybody else sees here.
    if (shownOut) router.refresh();
  }, [shownOut, router]);

  const ended = mayStream && !shownOut && (status === 'idle' || status === 'error');
  useEffect(() => {
    if (!ended) return;
    const timer = setTimeout(reset, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [ended, reset]);

  const ticking = useNow(1_000);
  const zone = useTimeZone();
  const deviceNow = pausedAt ?? ticking;
  // Until the page is in the reader's hands it says what the server knows: the moment it was made.
  const sinceHeard = zone === undefined ? 0 : Math.max(0, deviceNow - heardAt);
  const timeZone = zone ?? 'UTC';
  return {
    overview,
    now: Date.parse(overview.at) + sinceHeard,
    timeZone,
    feed: feedOf(
      {
        begun: begun || asked.isFetchedAfterMount,
        connected: streams || polls,
        heardAt,
        shownAt,
        now: heardAt + sinceHeard,
        pausedAt,
        shared: overview.shared,
      },
      timeZone,
    ),
    take,
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
