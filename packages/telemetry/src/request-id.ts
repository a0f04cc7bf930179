import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

const STORAGE_KEY: unique symbol = Symbol.for('plantcommunity.requestId');

/** On globalThis because Next loads this module more than once in a process, and all copies must see the same request. */
const shared: typeof globalThis & { [STORAGE_KEY]?: AsyncLocalStorage<string> } = globalThis;
shared[STORAGE_KEY] ??= new AsyncLocalStorage<string>();
const storage: AsyncLocalStorage<string> = shared[STORAGE_KEY];

export function newRequestId(): string {
  return randomUUID();
}

/** The caller's `X-Request-Id` when it is a UUID, else a new one: what is logged is never free text. */
export function acceptRequestId(header: string | null | undefined): string {
  return header && UUID.test(header) ? header : newRequestId();
}

/** Runs `work` with `id` as the current request, through every await in it. */
export function runWithRequestId<T>(id: string, work: () => T): T {
  return storage.run(id, work);
}

export function currentRequestId(): string | undefined {
  return storage.getStore();
}
