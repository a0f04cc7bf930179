'use client';

import { useEffect, useState } from 'react';
import { withTimeout } from './timeout.ts';

/**
 * Names of the locks that allow a stream. Over HTTP/1.1 a browser opens six connections to a host in all its tabs. Three
 * of them may be streams; the others stay free for pages, uploads and queries.
 */
const SLOTS = ['stream-1', 'stream-2', 'stream-3'];
/** Interval at which a page without a slot looks for a free one. */
const RETRY_MS = 5_000;

/** `unsupported`: this browser or origin has no Web Locks, as plain http has none beyond localhost. */
export type StreamSlot = 'held' | 'taken' | 'unsupported';

/** The part of the browser's LockManager that is used here. */
interface Locks {
  request: (name: string, options: LockOptions, granted: (lock: Lock | null) => unknown) => Promise<unknown>;
}

/** Takes a free stream slot of the browser, if there is one, and holds it until `signal` aborts. */
export async function takeStreamSlot(signal: AbortSignal, locks: Locks | null = browserLocks()): Promise<StreamSlot> {
  if (locks === null) return 'unsupported';
  let isLate = false;
  const hold = (lock: Lock | null): boolean => lock !== null && !isLate && !signal.aborted;
  try {
    for (const name of SLOTS) {
      // oxlint-disable-next-line no-await-in-loop -- the first free one ends it
      if (await withTimeout(request(locks, name, hold, signal))) return 'held';
    }
    return 'taken';
  } catch {
    isLate = true;
    return 'unsupported';
  }
}

const browserLocks = (): Locks | null => ('locks' in navigator ? navigator.locks : null);

/** Resolves with whether the lock is held. The browser itself releases the locks of a page that ends or crashes. */
function request(
  locks: Locks,
  name: string,
  hold: (lock: Lock | null) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const granted = (lock: Lock | null) => {
      const isHeld = hold(lock);
      resolve(isHeld);
      if (!isHeld) return undefined;
      return new Promise<void>((release) => {
        signal.addEventListener('abort', () => release(), { once: true });
      });
    };
    locks.request(name, { ifAvailable: true }, granted).catch(reject);
  });
}

/**
 * Returns the slot of this page; undefined while none is `wanted`, and until the first result. A page without a slot
 * keeps looking for one; a page returns its slot once it is not wanted.
 */
export function useStreamSlot(wanted: boolean): StreamSlot | undefined {
  const [slot, setSlot] = useState<StreamSlot>();
  useEffect(() => {
    if (!wanted) return;
    const release = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = async () => {
      const taken = await takeStreamSlot(release.signal);
      if (release.signal.aborted) return;
      setSlot(taken);
      if (taken === 'taken') timer = setTimeout(() => void attempt(), RETRY_MS);
    };
    void attempt();
    return () => {
      release.abort();
      clearTimeout(timer);
      setSlot(undefined);
    };
  }, [wanted]);
  return wanted ? slot : undefined;
}
