import { AsyncLocalStorage } from 'node:async_hooks';
import { ResilienceError } from './resilience-error.ts';

/** Thrown to a call that would wait for its own end: it asked for its own key, directly or through other keys. */
export class ReentrantCallError extends ResilienceError {
  override readonly name = 'ReentrantCallError';

  /** @param path the keys from the one that was asked for to the one that asked for it */
  constructor(path: readonly string[]) {
    const [asked = ''] = path;
    const through = [...path, asked].join(' -> ');
    super('reentrant_call', `the call for ${asked} would wait for its own end: ${through}`);
  }
}

/** One call waits for another. */
interface Wait {
  readonly on: SharedCall;
}

const innermost = new AsyncLocalStorage<SharedCall | undefined>();

/** Runs `work` as if no call had asked for it: background work, whose end no call waits for. */
export function detachFromCalls<T>(work: () => T): T {
  return innermost.run(undefined, work);
}

/**
 * A call whose result several callers wait for. While its work runs, other calls that the work asks for are known to
 * be waited for (by the async context), so that a circle is refused instead of waiting for ever.
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
   * Begins the wait of the call that runs in this async context, if there is one, for this call.
   * @returns the end of the wait @throws {ReentrantCallError} when this call waits for that one
   */
  beginWait(): () => void {
    const waiter = innermost.getStore();
    if (!waiter || waiter.#isOver) return endNothing;
    this.refuse(waiter);
    const wait: Wait = { on: this };
    waiter.#waits.add(wait);
    return () => waiter.#waits.delete(wait);
  }

  /** @throws {ReentrantCallError} when this call waits for `waiter`, by default the call that runs in this context */
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
