'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useNow, useTimeZone } from '../clock.ts';
import type { CircuitsOverview } from '../wire.ts';
import { type Feed, feedOf } from './feed.ts';
import { trpc } from './trpc.ts';

/** A feed that has ended, as each does after some minutes, is taken up again after this. */
const AGAIN_MS = 1_000;
/** Asked for by hand this often while there is no feed. */
const WITHOUT_FEED_MS = 10_000;
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

/** Both circuits, live: the feed's last word, or what was asked for while it is away. */
export function useCircuits(initial: CircuitsOverview): WatchedCircuits {
  const router = useRouter();
  const cache = useQueryClient();
  const { client } = trpc.useUtils();
  const [pausedAt, setPausedAt] = useState<number>();
  const [begun, setBegun] = useState(false);
  const isPaused = pausedAt !== undefined;

  const take = (heard: CircuitsOverview) =>
    cache.setQueryData<CircuitsOverview>(KEY, (known) => (known !== undefined && known.at > heard.at ? known : heard));
  const { error, reset, status } = trpc.v1.admin.circuits.watch.useSubscription(undefined, {
    enabled: !isPaused,
    onData: ({ data }) => {
      setBegun(true);
      take(data);
    },
  });
  const connected = status === 'pending';
  const { data: overview, dataUpdatedAt: heardAt } = useQuery<CircuitsOverview>({
    queryKey: KEY,
    queryFn: () => client.v1.admin.circuits.overview.query(),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: connected || isPaused ? false : WITHOUT_FEED_MS,
  });

  const shownOut = error?.data?.code === 'not_found';
  useEffect(() => {
    // Whoever is no administrator any more sees what everybody else sees here.
    if (shownOut) router.refresh();
  }, [shownOut, router]);

  const ended = !isPaused && !shownOut && (status === 'idle' || status === 'error');
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
    feed: feedOf({ begun, connected, heardAt, now: heardAt + sinceHeard, pausedAt, shared: overview.shared }, timeZone),
    take,
    togglePause: () => setPausedAt(isPaused ? undefined : Date.now()),
  };
}
