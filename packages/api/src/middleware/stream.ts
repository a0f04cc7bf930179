/**
 * Passes the values of a stream on, and calls `close` once it has ended or its caller has left, which the stream may
 * notice later. `close` may be called twice.
 */
export async function* closing<T>(stream: AsyncIterable<T>, close: () => void, left: AbortSignal): AsyncGenerator<T> {
  left.addEventListener('abort', close, { once: true });
  try {
    yield* stream;
  } finally {
    close();
    left.removeEventListener('abort', close);
  }
}
