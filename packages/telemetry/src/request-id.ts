import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

const STORAGE_KEY: unique symbol = Symbol.for('plantcommunity.requestId');

/** Kept on globalThis: Next loads this module several times in a process, and all copies must see the same request. */
const shared: typeof globalThis & { [STORAGE_KEY]?: AsyncLocalStorage<string> } = globalThis;
shared[STORAGE_KEY] ??= new AsyncLocalStorage<string>();
const storage: AsyncLocalStorage<string> = shared[STORAGE_KEY];

export function newRequestId(): string {
  return randomUUID();
}

/** Returns the caller's `X-Request-Id` if it is a UUID, else a new one, so that no free text reaches the log. */
export function acceptRequestId(header: string | null | undefined): string {
  return header && UUID.test(header) ? header : newRequestId();
}

/** Runs `work` with `id` as the id of the current request, also after each `await` in it. */
export function runWithRequestId<T>(id: string, work: () => T): T {
  return storage.run(id, work);
}

/**
 * Runs `work` outside of the current request and of its spans. For what belongs to none, though a request may have set it off: the state of
 * a connection, a timer that outlives the request, a line about the calls of several requests.
 */
export function runWithoutRequestId<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, () => storage.exit(work));
}

export function currentRequestId(): string | undefined {
  return storage.getStore();
}
