/** One call for everybody in this process who wants the same thing at the same time. */
export interface SingleFlight {
  /**
   * Joins the flight of `key` or starts it with `work`. All share its one result or failure; nothing is kept after it.
   * @param signal only detaches this caller, who gets the signal's reason; the flight goes on
   */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<{ value: T; joined: boolean }>;
  has(key: string): boolean;
  readonly size: number;
}

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Promise<unknown>>();

  function start<T>(key: string, work: () => Promise<T>): Promise<T> {
    const flight = (async () => work())().finally(() => flights.delete(key));
    flights.set(key, flight);
    // When every caller has left, nobody is there to hear of a failure.
    flight.catch(() => {});
    return flight;
  }

  return {
    async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal) {
      signal?.throwIfAborted();
      // A key names one kind of value: callers of the same key agree on T.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const running = flights.get(key) as Promise<T> | undefined;
      const value = await detachable(running ?? start(key, work), signal);
      return { value, joined: running !== undefined };
    },
    has: (key) => flights.has(key),
    get size() {
      return flights.size;
    },
  };
}

async function detachable<T>(flight: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return flight;
  const { promise: left, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([flight, left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
