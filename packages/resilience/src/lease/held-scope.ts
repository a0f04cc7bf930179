import { AsyncLocalStorage } from 'node:async_hooks';
import type { Leases } from './types.ts';

const innermost = new AsyncLocalStorage<LeaseScope>();

/** Async scope of work that holds a lease; detects that the work asks for the same lease, which would deadlock. */
export class LeaseScope {
  readonly #leases: Leases;
  readonly #name: string;
  readonly #outer: LeaseScope | undefined = LeaseScope.#running();
  #isOver = false;

  constructor(leases: Leases, name: string) {
    this.#leases = leases;
    this.#name = name;
  }

  /** Whether the current async context is inside work that holds the lease. */
  static isInside(leases: Leases, name: string): boolean {
    for (let scope = innermost.getStore(); scope; scope = scope.#outer) {
      if (!scope.#isOver && scope.#leases === leases && scope.#name === name) return true;
    }
    return false;
  }

  /** Returns the innermost scope that is not over. Without this, work that reschedules itself would retain all its scopes. */
  static #running(): LeaseScope | undefined {
    let scope = innermost.getStore();
    while (scope !== undefined && scope.#isOver) scope = scope.#outer;
    return scope;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await innermost.run(this, work);
    } finally {
      this.#isOver = true;
    }
  }
}
