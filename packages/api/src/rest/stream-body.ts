import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@plantcommunity/resilience';
import { StalledReaderError } from '../errors/stalled-reader-error.ts';

/**
 * Longest time in which a reader takes nothing of a stream: a reader that stops must not hold its place for long. What it
 * takes is seen behind the buffers of the connection. Those of Linux, measured on one machine, ask for 1.5 MB at a time:
 * a reader of 30 kB/s is in time for that, and one of 12 kB/s is not.
 */
export const STALL_MS = 60_000;
/** Lowest rate of a reader over a longer time, in bytes per second: that of the sender of an upload. */
export const MIN_BYTES_PER_SECOND = 8_000;
/** Largest part in bytes. */
const MAX_PART = 65_536;

const TOO_SLOW = `took nothing for ${STALL_MS / 1_000} s, or less than ${MIN_BYTES_PER_SECOND / 1_000} kB/s`;

/** Bytes that an endpoint makes while its caller reads them. */
export type ByteStream = AsyncGenerator<Uint8Array, void>;

interface StreamBodyOptions {
  clock: Clock;
  /** Aborts when the reader leaves. */
  signal: AbortSignal;
  /** Called with what breaks the body, unless its reader left. */
  onFailure: (error: unknown) => void;
}

/**
 * Creates the body of a response from a stream. Nothing is read ahead: the stream makes a part when the reader asks for
 * one. It is ended (by `return`) when the reader leaves, stalls or is too slow. Resolves once the first bytes are there, so
 * that what fails before them can be answered as an error; what fails later breaks the connection, so that no client
 * takes it for the end.
 * @throws what the stream throws before its first bytes; the reason of `signal` when the reader left before them
 */
export async function streamBody(
  stream: ByteStream,
  { clock, onFailure, signal }: StreamBodyOptions,
): Promise<ReadableStream<Uint8Array>> {
  const parts = splitIntoParts(stream);
  let first = await nextOf(parts);
  if (signal.aborted) {
    await parts.return();
    throw signal.reason;
  }
  let isOpen = true;
  const timeLimit = createReaderTimeLimit(clock);
  // A reader calls outside the context of the request, whose id belongs into the log.
  const inContext = AsyncLocalStorage.snapshot();
  const close = () => {
    isOpen = false;
    timeLimit.stop();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        waitForReader(controller);
        // Servers may leave the body of an answer unread, and uncancelled, when its caller has gone.
        signal.addEventListener('abort', () => end(controller, signal.reason), { once: true });
      },
      async pull(controller) {
        timeLimit.stop();
        try {
          const bytes = first ?? (await inContext(nextOf, parts));
          first = undefined;
          if (!isOpen) return;
          if (bytes === undefined) {
            close();
            controller.close();
          } else {
            controller.enqueue(bytes);
            timeLimit.add(bytes.length);
            waitForReader(controller);
          }
        } catch (error) {
          inContext(fail, controller, error);
        }
      },
      async cancel() {
        close();
        await inContext(() => parts.return());
      },
    },
    { highWaterMark: 0 },
  );

  function waitForReader(controller: ReadableStreamDefaultController<Uint8Array>): void {
    timeLimit.wait(() => fail(controller, new StalledReaderError(`The reader of a stream ${TOO_SLOW}`)));
  }

  function fail(controller: ReadableStreamDefaultController<Uint8Array>, error: unknown): void {
    if (isOpen) onFailure(error);
    end(controller, error);
  }

  function end(controller: ReadableStreamDefaultController<Uint8Array>, error: unknown): void {
    if (!isOpen) return;
    close();
    controller.error(error);
    parts.return().catch(onFailure);
  }
}

/** The time for which a stream still waits for its reader. */
interface ReaderTimeLimit {
  /** Waits from now on, and calls `onEnd` once no time is left. */
  wait(onEnd: () => void): void;
  stop(): void;
  /** Adds the time that the lowest rate gives for bytes that the reader took. */
  add(bytes: number): void;
}

/** Creates a time limit of `STALL_MS`, which is also its maximum: a fast reader may not stop for longer than others. */
function createReaderTimeLimit(clock: Clock): ReaderTimeLimit {
  let leftMs = STALL_MS;
  let stop = () => {};
  return {
    wait(onEnd) {
      const since = clock.monotonic();
      const cancel = clock.setTimeout(onEnd, leftMs);
      stop = () => {
        cancel();
        leftMs -= clock.monotonic() - since;
        stop = () => {};
      };
    },
    stop: () => stop(),
    add(bytes) {
      leftMs = Math.min(STALL_MS, leftMs + (1_000 * bytes) / MIN_BYTES_PER_SECOND);
    },
  };
}

async function nextOf(parts: ByteStream): Promise<Uint8Array | undefined> {
  const { done, value } = await parts.next();
  return done === true ? undefined : value;
}

async function* splitIntoParts(stream: ByteStream): ByteStream {
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length; at += MAX_PART) yield bytes.subarray(at, at + MAX_PART);
  }
}
