import { AsyncLocalStorage } from 'node:async_hooks';

/** Why a body was ended before its last byte: its chunks were too small on average, or its time limit passed. */
export type BodyFault = 'tiny_chunks' | 'slow';

/** State of a request body at the connection, which the body of a fetch `Request` does not expose. */
export interface ArrivingBody {
  readonly fault: BodyFault | undefined;
  /** Removes the time limit, for a reader that enforces a minimum data rate itself. */
  liftTimeLimit(): void;
}

const current = new AsyncLocalStorage<ArrivingBody | undefined>();

/**
 * Makes `body` the current one for the rest of this request, by its async context: frameworks copy the request on the
 * way to its reader, but keep the context. Pass undefined for a request without a body: a pipelined request may run in
 * the context of the one before.
 */
export function enterBody(body: ArrivingBody | undefined): void {
  if (current.getStore() !== body) current.enterWith(body);
}

/** Returns the body of the current request; undefined without a body, or without a request guard in front. */
export function currentBody(): ArrivingBody | undefined {
  return current.getStore();
}
