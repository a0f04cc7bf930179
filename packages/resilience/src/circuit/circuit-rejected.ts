import { ResilienceError } from '../resilience-error.ts';
import type { CircuitState } from './circuit.ts';

/** The circuit did not let the call through; nothing was sent. */
export class CircuitRejectedError extends ResilienceError {
  override readonly name = 'CircuitRejectedError';
  readonly circuit: string;
  readonly state: CircuitState;

  /** @param retryAfterMs until the next trial may run; unknown while trials are running */
  constructor(circuit: string, state: CircuitState, retryAfterMs?: number) {
    super('circuit_rejected', `circuit ${circuit} is ${state}`, { retryAfterMs });
    this.circuit = circuit;
    this.state = state;
  }
}
