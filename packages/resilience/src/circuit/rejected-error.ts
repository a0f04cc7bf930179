import { ResilienceError } from '../errors.ts';
import type { CircuitStatus } from './types.ts';

/** The circuit rejected the call; nothing was sent. The error has no stack: a rejection is an answer, not a fault. */
export class CircuitRejectedError extends ResilienceError {
  override readonly name = 'CircuitRejectedError';
  readonly circuit: string;
  readonly state: CircuitStatus;

  /** @param retryAfterMs time until the next trial may run; unknown while trials are running */
  constructor(circuit: string, state: CircuitStatus, retryAfterMs?: number) {
    // Walking the stack takes longer than the rest of a rejection, and there may be many rejections.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super('circuit_rejected', `circuit ${circuit} is ${state}`, { retryAfterMs });
    Error.stackTraceLimit = limit;
    this.circuit = circuit;
    this.state = state;
  }
}
