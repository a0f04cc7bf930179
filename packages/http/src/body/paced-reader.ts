import type { Clock } from '@plantcommunity/resilience';
import { type HttpError, malformed, stalled } from '../errors.ts';
import { currentBody } from './watch-body.ts';

const WINDOW_SECONDS = 20;
const MIN_BYTES_PER_SECOND = 8_000;
const MAX_SECONDS = 600;
const TICK_MS = 1_000;

/** `stalled`: less than 8 kB/s over the last 20 seconds, or nothing. `overlong`: 10 minutes are over. */
export type PaceStatus = 'moving' | 'stalled' | 'overlong';

/**
 * Enforces a minimum data rate on a request body (against slow senders, "slowloris"); counts time spent waiting only.
 */
interface Pace {
  add(bytes: number): void;
  /** Counts one more second of waiting for the sender. */
  tick(): PaceStatus;
}

/** Measures over a sliding window of 20 seconds, with one slot a second. */
export function createPace(): Pace {
  const slots = Array.from({ length: WINDOW_SECONDS }, () => 0);
  let elapsed = 0;
  let inWindow = 0;
  return {
    add(bytes) {
      const slot = elapsed % WINDOW_SECONDS;
      slots[slot] = (slots[slot] ?? 0) + bytes;
      inWindow += bytes;
    },
    tick() {
      elapsed += 1;
      if (elapsed >= MAX_SECONDS) return 'overlong';
      if (elapsed >= WINDOW_SECONDS && inWindow < WINDOW_SECONDS * MIN_BYTES_PER_SECOND) return 'stalled';
      const oldest = elapsed % WINDOW_SECONDS;
      inWindow -= slots[oldest] ?? 0;
      slots[oldest] = 0;
      return 'moving';
    },
  };
}

/** Events that end the reading before the body ends. */
interface EarlyEnds {
  /** Aborts when the caller leaves; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Whether the caller is admitted: once it resolves to false, however late, nothing more is read. */
  admitted?: Promise<boolean> | undefined;
}

/**
 * Passes the body's chunks to `take` as they arrive, and enforces a minimum data rate. Awaits each `take` before it
 * reads on; that time does not count as waiting for the sender. Always unlocks the body at the end.
 * @throws {HttpError} `upload_stalled` below the minimum rate, `malformed_upload` when the chunks are tiny, the
 * caller is not admitted or the connection breaks off
 */
export async function readChunks(
  body: ReadableStream<Uint8Array>,
  take: (chunk: Buffer) => Promise<unknown> | undefined,
  { admitted, signal }: EarlyEnds,
  clock: Clock,
): Promise<void> {
  const watched = currentBody();
  watched?.liftTimeLimit();
  const reader = body.getReader();
  const pace = createPace();
  let isWaiting = false;
  let ended: HttpError | undefined;
  // Releasing the lock fails a read that is still waiting, and leaves the body as it is.
  const release = () => reader.releaseLock();
  const end = (why: HttpError) => {
    ended ??= why;
    release();
  };
  const tick = () => {
    const status = isWaiting ? pace.tick() : 'moving';
    if (status === 'moving') cancelTimer = clock.setTimeout(tick, TICK_MS);
    else if (status === 'stalled') end(stalled('The upload stalled: less than 8 kB/s arrived over 20 seconds.'));
    else end(stalled('The upload took longer than 10 minutes.'));
  };
  let cancelTimer = clock.setTimeout(tick, TICK_MS);
  const refuse = () => end(malformed('The caller was not admitted.'));
  admitted?.then((isAdmitted) => isAdmitted || refuse(), refuse);
  signal?.addEventListener('abort', release, { once: true });
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- chunks arrive one after the other
      const chunk = await readOne();
      if (chunk === undefined) break;
      pace.add(chunk.length);
      await take(chunk);
    }
    if (watched?.fault !== undefined) {
      throw malformed('The upload arrives in chunks of less than 64 bytes on average.');
    }
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', release);
    release();
  }

  async function readOne(): Promise<Buffer | undefined> {
    isWaiting = true;
    try {
      const { done, value } = await reader.read();
      return done ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    } catch (error) {
      signal?.throwIfAborted();
      throw ended ?? malformed('The upload broke off before its end.', error);
    } finally {
      isWaiting = false;
    }
  }
}
