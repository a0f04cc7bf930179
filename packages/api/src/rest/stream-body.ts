import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@plantcommunity/resilience';

/** Longest time in which a reader takes a part of a stream: a reader that stops must not hold its place for long. */
export const STALL_MS = 60_000;
/** Largest part in bytes. With `STALL_MS` it says how slow a reader may be: about 1 kB/s. */
const MAX_PART = 65_536;

/** The reader of a stream took nothing for `STALL_MS`. */
export class StalledReaderError extends Error {
  override readonly name = 'StalledReaderError';

  constructor() {
    super(`The reader of a stream took nothing for ${STALL_MS / 1000} s`);
  }
}

/** Bytes that an endpoint makes while its caller reads them. */
export type ByteStream = AsyncGenerator<Uint8Array, void>;

/**
 * Creates the body of a response from a stream. Nothing is read ahead: the stream makes a part when the reader asks for
 * one. It is ended (by `return`) when the reader leaves or stalls. Resolves once the first bytes are there, so that what
 * fails before them can be answered as an error; what fails later breaks the connection, which no client takes for the end.
 * @param onFailure called with what breaks the body, unless its reader left
 * @throws what the stream throws before its first bytes
 */
export async function streamBody(
  stream: ByteStream,
  { clock, onFailure }: { clock: Clock; onFailure: (error: unknown) => void },
): Promise<ReadableStream<Uint8Array>> {
  const parts = inParts(stream);
  let first = await nextOf(parts);
  let isOpen = true;
  let cancelStall = () => {};
  const waitForReader = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    cancelStall = clock.setTimeout(() => fail(controller, new StalledReaderError()), STALL_MS);
  };
  const fail = (controller: ReadableStreamDefaultController<Uint8Array>, error: unknown) => {
    if (!isOpen) return;
    isOpen = false;
    onFailure(error);
    controller.error(error);
    void parts.return();
  };
  // A reader calls outside the context of the request, whose id belongs into the log.
  const inContext = AsyncLocalStorage.snapshot();
  return new ReadableStream<Uint8Array>(
    {
      start: waitForReader,
      async pull(controller) {
        cancelStall();
        try {
          const bytes = first ?? (await inContext(nextOf, parts));
          first = undefined;
          if (!isOpen) return;
          if (bytes === undefined) {
            isOpen = false;
            controller.close();
          } else {
            controller.enqueue(bytes);
            waitForReader(controller);
          }
        } catch (error) {
          inContext(fail, controller, error);
        }
      },
      async cancel() {
        isOpen = false;
        cancelStall();
        await inContext(() => parts.return());
      },
    },
    { highWaterMark: 0 },
  );
}

async function nextOf(parts: ByteStream): Promise<Uint8Array | undefined> {
  const { done, value } = await parts.next();
  return done === true ? undefined : value;
}

async function* inParts(stream: ByteStream): ByteStream {
  for await (const bytes of stream) {
    for (let at = 0; at < bytes.length; at += MAX_PART) yield bytes.subarray(at, at + MAX_PART);
  }
}
