import type { Circuit, CircuitOptions } from './circuit.ts';
import { LocalCircuit } from './local-circuit.ts';

/**
 * Stops calling a service that fails, answers at once while it rests, and finds out by few trials when it is back.
 * @throws {RangeError} naming the option that cannot be
 */
export function createCircuit(options: CircuitOptions): Circuit {
  return new LocalCircuit(options);
}
