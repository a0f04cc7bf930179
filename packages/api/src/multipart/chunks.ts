import type { Clock } from '@plantcommunity/resilience';
import { malformed } from './upload-error.ts';

/** From the first look at the body to its last byte: 10 MB at 80 kB/s, which a weak phone network does. */
const TIME_LIMIT_MS = 120_000;

/**
 * Hands over the body's chunks as they arrive, for at most two minutes; what `take` returns is waited for before the next
 * one. The body is unlocked again whatever happens.
 * @param signal the caller's leaving; its reason is thrown
 * @throws {UploadError} `malformed_upload` when time is up or the connection breaks off
 */
export async function eachChunk(
  body: ReadableStream<Uint8Array>,
  take: (chunk: Buffer) => Promise<void> | undefined,
  signal: AbortSignal | undefined,
  clock: Clock,
): Promise<void> {
  const reader = body.getReader();
  let late = false;
  // Letting go of the reader fails a read that is still waiting, without hurting the body.
  const letGo = () => reader.releaseLock();
  const cancelTimer = clock.setTimeout(() => {
    late = true;
    letGo();
  }, TIME_LIMIT_MS);
  signal?.addEventListener('abort', letGo, { once: true });
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- they come one after the other
      const chunk = await readOne();
      if (chunk === undefined) return;
      await take(chunk);
    }
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', letGo);
    letGo();
  }

  async function readOne(): Promise<Buffer | undefined> {
    try {
      const { done, value } = await reader.read();
      return done ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    } catch (error) {
      signal?.throwIfAborted();
      throw late
        ? malformed(`The upload took longer than ${TIME_LIMIT_MS / 1000} seconds.`)
        : malformed('The upload broke off before its end.', error);
    }
  }
}
