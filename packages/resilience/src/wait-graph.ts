import { AsyncLocalStorage } from 'node:async_hooks';
import { ResilienceError } from './errors.ts';

/** Thrown to a call that would deadlock: it asked for its own key, directly or through other keys. */
export class ReentrantCallError extends ResilienceError {
  override readonly name = 'ReentrantCallError';

  /** @param path keys of the cycle, from the requested key to the requesting one */
  constructor(path: readonly string[]) {
    const [asked = ''] = path;
    const through = [...path, asked].join(' -> ');
    super('reentrant_call', `the call for ${asked} would deadlock, waiting for itself: ${through}`);
  }
}

/** An edge of the wait graph: a call waits for `on`. */
interface Wait {
  readonly on: SharedCall;
}

const innermost = new AsyncLocalStorage<SharedCall | undefined>();

/** Runs background work outside of the current call: no call waits for its end. */
export function detachFromCalls<T>(work: () => T): T {
  return innermost.run(undefined, work);
}

/**
 * A node of the wait graph: a call whose result several callers share. Calls that its work makes are recorded as waits
 * (by the async context), so that a cycle throws instead of deadlocking.
 */
export class SharedCall {
  readonly #key: string;
  readonly #waits: Set<Wait> = new Set();
  #isOver = false;

  constructor(key: string) {
    this.#key = key;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await innermost.run(this, work);
    } finally {
      this.#isOver = true;
    }
  }

  /**
   * Records that the call of the current async context, if any, waits for this call.
   * @returns a function that ends the wait @throws {ReentrantCallError} when this call waits for that one
   */
  beginWait(): () => void {
    const waiter = innermost.getStore();
    if (!waiter || waiter.#isOver) return endNothing;
    this.refuse(waiter);
    const wait: Wait = { on: this };
    waiter.#waits.add(wait);
    return () => waiter.#waits.delete(wait);
  }

  /**
   * Throws {ReentrantCallError} when this call waits for `waiter`, by default the call of the current async context.
   */
  refuse(waiter: SharedCall | undefined = innermost.getStore()): void {
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
