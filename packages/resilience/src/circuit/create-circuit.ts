import { checkOptions } from './check-options.ts';
import type { Circuit, CircuitOptions } from './circuit.ts';
import { LocalRules } from './local-rules.ts';
import { RuledCircuit } from './ruled-circuit.ts';
import { firstStanding } from './standing.ts';

/**
 * Stops calling a service that fails, answers at once while it rests, and finds out by few trials when it is back.
 * @throws {RangeError} naming the option that cannot be
 */
export function createCircuit(options: CircuitOptions): Circuit {
  checkOptions(options);
  return new RuledCircuit(options, (observer) => new LocalRules(options, firstStanding(options), observer));
}
