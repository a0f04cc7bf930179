import { waitFor } from './wait.ts';
import { SharedCall } from './wait-graph.ts';

/** One call for everybody in this process who wants the same thing at the same time. */
export interface SingleFlight {
  /**
   * Joins the flight of `key` or starts it with `work`. All share its one result or failure; nothing is kept after it.
   * @param signal only detaches this caller, who gets the signal's reason; the flight goes on
   * @throws {ReentrantCallError} when called by the work of the same key, also through the work of other keys
   */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<{ value: T; joined: boolean }>;
  has(key: string): boolean;
  /** Throws {ReentrantCallError} when called by the work of `key`, also through the work of other keys. */
  refuseReentry(key: string): void;
  readonly size: number;
  /** Resolves when no flight is running, including flights that begin meanwhile; never rejects. */
  settled(): Promise<void>;
}

interface Flight<T> {
  readonly call: SharedCall;
  readonly result: Promise<T>;
}

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight<unknown>>();

  function start<T>(key: string, call: SharedCall, work: () => Promise<T>): Promise<T> {
    const { promise: result, resolve } = Promise.withResolvers<T>();
    // Set before the work begins, which may ask for its own key at once.
    flights.set(key, { call, result });
    resolve(call.run(work).finally(() => flights.delete(key)));
    // When every caller has left, a failure has no other handler.
    result.catch(() => {});
    return result;
  }

  return {
    async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal) {
      signal?.throwIfAborted();
      // A key names one kind of value: callers of the same key agree on T.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const running = flights.get(key) as Flight<T> | undefined;
      const call = running?.call ?? new SharedCall(key);
      const endWait = call.beginWait();
      try {
        const flight = running?.result ?? start(key, call, work);
        const value = signal ? await waitFor(flight, { signal }) : await flight;
        return { value, joined: running !== undefined };
      } finally {
        endWait();
      }
    },
    has: (key) => flights.has(key),
    refuseReentry: (key) => flights.get(key)?.call.refuse(),
    get size() {
      return flights.size;
    },
    async settled() {
      while (flights.size > 0) {
        // oxlint-disable-next-line no-await-in-loop -- a flight that ends may have begun another
        await Promise.allSettled(Array.from(flights.values(), ({ result }) => result));
      }
    },
  };
}
