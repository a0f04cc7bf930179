import { browserLocks, holdLock, type Locks } from './browser-locks.ts';
import { withTimeout } from './timeout.ts';

/**
 * Names of the locks that allow a stream. Over HTTP/1.1 a browser opens six connections to a host in all its tabs. Three
 * of them may be streams; the others stay free for pages, uploads and queries.
 */
const SLOTS = ['stream-1', 'stream-2', 'stream-3'];

/** `unsupported`: this browser or origin has no Web Locks, as plain http has none beyond localhost. */
export type StreamSlot = 'held' | 'taken' | 'unsupported';

/** Takes a free stream slot of the browser, if there is one, and holds it until `signal` aborts. */
export async function takeStreamSlot(signal: AbortSignal, locks: Locks | null = browserLocks()): Promise<StreamSlot> {
  if (locks === null) return 'unsupported';
  const holding = new AbortController();
  const release = () => holding.abort();
  if (signal.aborted) release();
  signal.addEventListener('abort', release, { once: true });
  try {
    for (const name of SLOTS) {
      // oxlint-disable-next-line no-await-in-loop -- the first free one ends it
      if (await withTimeout(holdLock(locks, name, { ifAvailable: true, signal: holding.signal }))) return 'held';
    }
    return 'taken';
  } catch {
    // Gives back a lock that is granted later.
    release();
    return 'unsupported';
  }
}
