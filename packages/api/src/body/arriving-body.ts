import { AsyncLocalStorage } from 'node:async_hooks';

/** Why a body was ended before its last byte: chunks that cost more than they carry, or the time limit. */
export type BodyFault = 'tiny_chunks' | 'slow';

/** The body of a request as the connection delivers it, which the body of a fetch Request does not show. */
export interface ArrivingBody {
  readonly fault: BodyFault | undefined;
  /** Lifts the time limit, for a reader that watches the pace of the body itself. */
  liftTimeLimit(): void;
}

const current = new AsyncLocalStorage<ArrivingBody | undefined>();

/**
 * Makes `body` the current one for the rest of this request: frameworks between the connection and its readers copy
 * requests, but keep the asynchronous context. Undefined for a request without a body, which may follow another one in
 * the same context (pipelining).
 */
export function enterBody(body: ArrivingBody | undefined): void {
  if (current.getStore() !== body) current.enterWith(body);
}

/** The body of the current request; undefined without one, or without a front door in front. */
export function currentBody(): ArrivingBody | undefined {
  return current.getStore();
}
