import { ResilienceError } from '../errors.ts';
import type { CircuitStatus } from './types.ts';

/** The circuit did not let the call through; nothing was sent. It has no stack: it is an answer, not a fault. */
export class CircuitRejectedError extends ResilienceError {
  override readonly name = 'CircuitRejectedError';
  readonly circuit: string;
  readonly state: CircuitStatus;

  /** @param retryAfterMs until the next trial may run; unknown while trials are running */
  constructor(circuit: string, state: CircuitStatus, retryAfterMs?: number) {
    // To walk the stack takes longer than all the rest of a rejection, of which there may be many.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super('circuit_rejected', `circuit ${circuit} is ${state}`, { retryAfterMs });
    Error.stackTraceLimit = limit;
    this.circuit = circuit;
    this.state = state;
  }
}
