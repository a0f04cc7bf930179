import { AsyncLocalStorage } from 'node:async_hooks';
import { ResilienceError } from './errors.ts';
import { waitFor } from './wait.ts';

/** One call at a time in this process for all callers that want the same. */
export interface SingleFlight {
  /**
   * Joins the flight of `key` or starts it with `work`. All callers share its result or failure; nothing is kept after it.
   * @param signal detaches only this caller, which gets the signal's reason; the flight continues
   * @throws {ReentrantCallError} when the work of the same key calls it, also through the work of other keys
   */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<{ value: T; joined: boolean }>;
  has(key: string): boolean;
  /** Returns how many callers the running flight of `key` has had so far, those who left included; 0 without one. */
  callers(key: string): number;
  /** Throws {ReentrantCallError} when the work of `key` calls it, also through the work of other keys. */
  refuseReentry(key: string): void;
  readonly size: number;
  /** Resolves when no flight is running, including flights that begin meanwhile; never rejects. */
  settled(): Promise<void>;
}

/** Thrown to a call that would deadlock: the work of a key asked for its own key, directly or through other keys. */
export class ReentrantCallError extends ResilienceError {
  override readonly name = 'ReentrantCallError';

  /** @param path keys of the cycle, from the requested key to the requesting one */
  constructor(path: readonly string[]) {
    const [requested = ''] = path;
    const cycle = [...path, requested].join(' -> ');
    super('reentrant_call', `the call for ${requested} would deadlock, waiting for itself: ${cycle}`);
  }
}

interface Flight<T> {
  readonly call: SharedCall;
  readonly result: Promise<T>;
  callers: number;
}

export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight<unknown>>();

  function start<T>(key: string, call: SharedCall, work: () => Promise<T>): Promise<T> {
    const { promise: result, resolve } = Promise.withResolvers<T>();
    // Set before the work begins, which may ask for its own key at once.
    flights.set(key, { call, result, callers: 1 });
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
      if (running) running.callers += 1;
      try {
        const flight = running?.result ?? start(key, call, work);
        const value = signal ? await waitFor(flight, { signal }) : await flight;
        return { value, joined: running !== undefined };
      } finally {
        endWait();
      }
    },
    has: (key) => flights.has(key),
    callers: (key) => flights.get(key)?.callers ?? 0,
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

/** An edge of the wait graph: a call waits for `on`. */
interface Wait {
  readonly on: SharedCall;
}

const innermostCall = new AsyncLocalStorage<SharedCall | undefined>();

/** Runs background work outside of the current call: no call waits for its end. */
export function detachFromCalls<T>(work: () => T): T {
  return innermostCall.run(undefined, work);
}

/**
 * A node of the wait graph: a call whose result several callers share. The async context records the calls that its work
 * makes as waits, so that a cycle throws instead of deadlocking.
 */
class SharedCall {
  readonly #key: string;
  readonly #waits: Set<Wait> = new Set();
  #isOver = false;

  constructor(key: string) {
    this.#key = key;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await innermostCall.run(this, work);
    } finally {
      this.#isOver = true;
    }
  }

  /**
   * Records that the call of the current async context, if any, waits for this call.
   * @returns a function that ends the wait @throws {ReentrantCallError} when this call waits for that one
   */
  beginWait(): () => void {
    const waiter = innermostCall.getStore();
    if (!waiter || waiter.#isOver) return endNothing;
    this.refuse(waiter);
    const wait: Wait = { on: this };
    waiter.#waits.add(wait);
    return () => waiter.#waits.delete(wait);
  }

  /** Throws {ReentrantCallError} when this call waits for `waiter`, by default the call of the current async context. */
  refuse(waiter: SharedCall | undefined = innermostCall.getStore()): void {
    const path = waiter && !waiter.#isOver && this.#pathTo(waiter, new Set());
    if (path) throw new ReentrantCallError(path);
  }

  #pathTo(call: SharedCall, seen: Set<SharedCall>): string[] | undefined {
    if (this === call) return [this.#key];
    seen.add(this);
    for (const { on } of this.#waits) {
      const path = seen.has(on) ? undefined : on.#pathTo(call, seen);
      if (path) return [this.#key, ...path];
    }
    return undefined;
  }
}

function endNothing(): void {}
