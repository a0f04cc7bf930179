import type { Clock } from '@plantcommunity/resilience';
import { currentBody } from '../body/arriving-body.ts';
import { createPace } from '../body/pace.ts';
import { type HttpError, malformed, stalled } from '../errors.ts';

const TICK_MS = 1_000;

/** What ends the reading before the body does. */
interface Ends {
  /** The caller's leaving; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Whether the caller is let in: after a no, which may come late, nothing more is waited for. */
  admitted?: Promise<boolean> | undefined;
}

/**
 * Passes the body's chunks to `take` as they arrive, and enforces a minimum data rate. Awaits each `take` before it
 * reads on; that time does not count as waiting for the sender. Always unlocks the body at the end.
 * @throws {HttpError} `upload_stalled` below the minimum rate, `malformed_upload` when the chunks are tiny, the
 * caller is not admitted or the connection breaks off
 */
export async function eachChunk(
  body: ReadableStream<Uint8Array>,
  take: (chunk: Buffer) => Promise<unknown> | undefined,
  { admitted, signal }: Ends,
  clock: Clock,
): Promise<void> {
  const arriving = currentBody();
  arriving?.liftTimeLimit();
  const reader = body.getReader();
  const pace = createPace();
  let isWaiting = false;
  let ended: HttpError | undefined;
  // Letting go of the reader fails a read that is still waiting, without hurting the body.
  const letGo = () => reader.releaseLock();
  const end = (why: HttpError) => {
    ended ??= why;
    letGo();
  };
  const tick = () => {
    const verdict = isWaiting ? pace.tick() : 'moving';
    if (verdict === 'moving') cancelTimer = clock.setTimeout(tick, TICK_MS);
    else if (verdict === 'stalled') end(stalled('The upload stalled: less than 8 kB/s arrived over 20 seconds.'));
    else end(stalled('The upload took longer than 10 minutes.'));
  };
  let cancelTimer = clock.setTimeout(tick, TICK_MS);
  const refuse = () => end(malformed('The caller was not let in.'));
  admitted?.then((isIn) => isIn || refuse(), refuse);
  signal?.addEventListener('abort', letGo, { once: true });
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- they come one after the other
      const chunk = await readOne();
      if (chunk === undefined) break;
      pace.add(chunk.length);
      await take(chunk);
    }
    if (arriving?.fault !== undefined) {
      throw malformed('The upload arrives in chunks of less than 64 bytes on average.');
    }
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', letGo);
    letGo();
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
