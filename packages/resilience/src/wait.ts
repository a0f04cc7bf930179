import type { Cancel, Clock } from './clock.ts';
import type { Unsubscribe } from './listeners.ts';
import { LONGEST_MS } from './range.ts';

/**
 * The event that `waitFor` waits for: a promise, or a function that subscribes `fire` to the event and returns how to
 * unsubscribe it.
 */
export type WaitEvent<T> = PromiseLike<T> | ((fire: (value: T) => void) => Unsubscribe);

export interface Timeout {
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Waits for `event`, at most `timeoutMs` and until `signal` aborts. Timer, abort listener and subscription are gone when
 * it settles. With a timeout it keeps the process alive until then, which the timers of a clock do not. It does not cancel
 * the work behind a promise; a rejection that arrives later is ignored.
 * @returns the value of the event; undefined after the timeout
 * @throws the reason of `signal`, or the error with which the promise rejects
 */
export function waitFor<T>(event: WaitEvent<T>, limits: { readonly signal: AbortSignal | undefined }): Promise<T>;
export function waitFor<T>(
  event: WaitEvent<T>,
  limits: Timeout & { readonly signal?: AbortSignal | undefined },
): Promise<T | undefined>;
export async function waitFor<T>(
  event: WaitEvent<T>,
  { clock, signal, timeoutMs }: Partial<Timeout> & { readonly signal?: AbortSignal | undefined },
): Promise<T | undefined> {
  const { promise, reject, resolve } = Promise.withResolvers<T | undefined>();
  const abort = () => reject(signal?.reason);
  let cancel: Cancel | undefined;
  let keepAlive: NodeJS.Timeout | undefined;
  let unsubscribe: Unsubscribe | undefined;
  try {
    // A promise gets its handlers even when the signal is aborted already: its rejection must not go unhandled.
    if (typeof event !== 'function') event.then(resolve, reject);
    if (signal?.aborted) abort();
    else {
      signal?.addEventListener('abort', abort, { once: true });
      if (timeoutMs !== undefined) {
        cancel = clock?.setTimeout(() => resolve(undefined), timeoutMs);
        keepAlive = setInterval(() => {}, LONGEST_MS);
      }
      if (typeof event === 'function') unsubscribe = event(resolve);
    }
    return await promise;
  } finally {
    cancel?.();
    clearInterval(keepAlive);
    signal?.removeEventListener('abort', abort);
    unsubscribe?.();
  }
}
