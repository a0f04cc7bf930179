import type { Clock } from '@plantcommunity/resilience';
import { malformed, type UploadError } from './upload-error.ts';

/** From the first look at the body to its last byte: 10 MB at 80 kB/s, which a weak phone network does. */
const TIME_LIMIT_MS = 120_000;

/** What ends the reading before the body does. */
interface Ends {
  /** The caller's leaving; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Whether the caller is let in: after a no, which may come late, nothing more is waited for. */
  admitted?: Promise<boolean> | undefined;
}

/**
 * Hands over the body's chunks as they arrive, for at most two minutes; what `take` returns is waited for before the next
 * one. The body is unlocked again whatever happens.
 * @throws {UploadError} `malformed_upload` when time is up, the caller is not let in or the connection breaks off
 */
export async function eachChunk(
  body: ReadableStream<Uint8Array>,
  take: (chunk: Buffer) => Promise<unknown> | undefined,
  { admitted, signal }: Ends,
  clock: Clock,
): Promise<void> {
  const reader = body.getReader();
  let ended: UploadError | undefined;
  // Letting go of the reader fails a read that is still waiting, without hurting the body.
  const letGo = () => reader.releaseLock();
  const end = (why: string) => {
    ended ??= malformed(why);
    letGo();
  };
  const seconds = TIME_LIMIT_MS / 1000;
  const cancelTimer = clock.setTimeout(() => end(`The upload took longer than ${seconds} seconds.`), TIME_LIMIT_MS);
  const refuse = () => end('The caller was not let in.');
  admitted?.then((isIn) => isIn || refuse(), refuse);
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
      throw ended ?? malformed('The upload broke off before its end.', error);
    }
  }
}
