import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { ProgressEvent } from '../progress.ts';
import { createProgressRelay } from './progress-relay.ts';

/** How long a finished request can still be followed. */
const KEPT_AFTER_DONE_MS = 60_000;
/** How long a follower waits for a request that has not arrived. */
const AWAITED_MS = 120_000;
/** Beyond this many requests at once the oldest can no longer be followed; they are answered all the same. */
const MAX_TRACKS = 2_000;

/** Anonymous requests have no owner and are told to whoever knows their id. */
type Owner = string | undefined;
export type EmitProgress = (event: ProgressEvent) => void;

export interface ProgressHub {
  /** Opens the record of a request that has arrived. */
  start(requestId: string, owner: Owner): EmitProgress;
  /** All events from the first one on; ends after `done`, or empty for somebody else's request. */
  follow(requestId: string, viewer: Owner, signal: AbortSignal): AsyncGenerator<ProgressEvent, void>;
}

interface ProgressRecord {
  owner: Owner;
  events: ProgressEvent[];
}

/** Requests of this process are followed in memory, those of other processes through Redis. */
export function createProgressHub({ redis, clock }: { redis: RedisConnection; clock: Clock }): ProgressHub {
  const tracks = new Map<string, ProgressRecord>();
  const relay = createProgressRelay(redis);
  const wakers = new Map<string, Set<() => void>>();

  const wake = (requestId: string): void => {
    for (const waker of wakers.get(requestId) ?? []) waker();
  };

  /** Resolves at the next change of this request here, after `ms`, or when the follower leaves. */
  function change(requestId: string, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = wakers.get(requestId) ?? new Set();
      wakers.set(requestId, waiting);
      const settle = () => {
        cancelTimer();
        signal.removeEventListener('abort', settle);
        waiting.delete(settle);
        if (waiting.size === 0) wakers.delete(requestId);
        resolve();
      };
      const cancelTimer = clock.setTimeout(settle, ms);
      waiting.add(settle);
      signal.addEventListener('abort', settle, { once: true });
      if (signal.aborted) settle();
    });
  }

  return {
    start(requestId, owner) {
      const track: ProgressRecord = { owner, events: [] };
      tracks.set(requestId, track);
      if (tracks.size > MAX_TRACKS) tracks.delete(tracks.keys().next().value ?? '');
      relay.open(requestId, owner);
      const forget = () => {
        if (tracks.get(requestId) === track) tracks.delete(requestId);
      };
      return (event) => {
        track.events.push(event);
        relay.add(requestId, event);
        if (event.type === 'done') clock.setTimeout(forget, KEPT_AFTER_DONE_MS);
        wake(requestId);
      };
    },

    async *follow(requestId, viewer, signal) {
      const deadline = clock.monotonic() + AWAITED_MS;
      let told = 0;
      for (let round = 0; !signal.aborted && clock.monotonic() < deadline; round += 1) {
        const here = tracks.get(requestId);
        const track = here ?? (await relay.read(requestId));
        if (track !== undefined && track.owner !== undefined && track.owner !== viewer) return;
        for (const event of track?.events.slice(told) ?? []) {
          told += 1;
          yield event;
          if (event.type === 'done') return;
        }
        // In memory a change wakes us; what happens elsewhere is looked for, less and less often.
        if (tracks.get(requestId)?.events.length === told || here === undefined) {
          await change(requestId, here === undefined ? relay.pollMs(round) : KEPT_AFTER_DONE_MS, signal);
        }
      }
    },
  };
}
