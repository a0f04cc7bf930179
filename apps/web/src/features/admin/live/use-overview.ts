'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { browserLocks } from '../../../lib/browser-locks.ts';
import { useTimeZone, useVisible } from '../../../lib/device.ts';
import { openTabChannel } from '../../../lib/tab-channel.ts';
import { trpc } from '../../../lib/trpc.tsx';
import { onOtherViewer } from '../../../lib/viewer-channel.ts';
import type { Overview } from '../../../lib/wire.ts';
import { type Feed, feedOf } from './feed.ts';
import { openOverviewStream, pollOverview } from './requests.ts';
import { SharedOverview } from './shared-overview.ts';

export interface WatchedOverview {
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
 * Follows the overview live. The tabs of a browser share one stream, which a visible tab holds; polling replaces it where
 * it does not get through. The page leaves once `viewer`, the id of its user, may not see the overview any more.
 */
export function useOverview(initial: Overview, viewer: string): WatchedOverview {
  const router = useRouter();
  const { client } = trpc.useUtils();
  const [pausedAt, setPausedAt] = useState<number>();
  const isPaused = pausedAt !== undefined;
  const isVisible = useVisible();
  // The refresh shows the page that the present user of the browser may see.
  const leave = useEffectEvent(() => router.refresh());
  const [shared] = useState(
    () =>
      new SharedOverview(initial, {
        viewer,
        openStream: (lastEventId, handlers) => openOverviewStream(client, viewer, lastEventId, handlers),
        poll: () => pollOverview(client, viewer),
        clock: { now: () => Date.now(), every: startInterval },
        random: () => Math.random(),
      }),
  );
  useEffect(() => shared.want({ isVisible, isPaused }), [shared, isVisible, isPaused]);
  useEffect(
    () => shared.start({ locks: browserLocks(), openChannel: openTabChannel, onRefused: () => leave() }),
    [shared],
  );
  useEffect(() => onOtherViewer(viewer, () => leave()), [viewer]);

  const { overview, transport, updatedAt } = useSyncExternalStore(shared.subscribe, shared.state, shared.state);
  const zone = useTimeZone();
  // Before hydration the page shows the time at which the server rendered it.
  const sinceUpdate = zone === undefined ? 0 : Math.max(0, (pausedAt ?? transport.tickedAt) - updatedAt);
  const timeZone = zone ?? 'UTC';
  return {
    overview,
    now: Date.parse(overview.at) + sinceUpdate,
    timeZone,
    feed: feedOf(
      {
        hasUpdate: transport.heardAt !== undefined,
        connected: transport.heardAt !== undefined && !transport.isBroken,
        updatedAt,
        shownAt: transport.shownAt,
        now: updatedAt + sinceUpdate,
        pausedAt,
        shared: overview.shared,
      },
      timeZone,
    ),
    update: (next) => shared.update(next),
    togglePause: () => setPausedAt(isPaused ? undefined : Date.now()),
  };
}

function startInterval(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  return () => clearInterval(timer);
}
