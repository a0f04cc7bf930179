import type { CircuitOutcome } from '../circuit/types.ts';
import type { ReferenceCall, ReferenceCircuit } from './reference-circuit.ts';

/**
 * An outage of Redis in which one process makes calls by the rules of the reference. Redis keeps the trial permits that
 * it has granted: the process ignores them until Redis is back. Redis never learns of permits of the process.
 */
export class ReferenceOutage {
  readonly #circuit: ReferenceCircuit;
  readonly #generation: number;
  readonly #permits: ReadonlySet<ReferenceCall>;
  readonly #unreported: Map<ReferenceCall, CircuitOutcome> = new Map();

  constructor(circuit: ReferenceCircuit) {
    this.#circuit = circuit;
    this.#generation = circuit.generation;
    this.#permits = new Set(circuit.trials());
    for (const permit of this.#permits) circuit.calls.delete(permit);
  }

  record(call: ReferenceCall, outcome: CircuitOutcome): void {
    if (this.#permits.has(call)) this.#unreported.set(call, outcome);
    else this.#circuit.record(call, outcome);
  }

  end(data: 'kept' | 'lost'): void {
    const { calls, generation } = this.#circuit;
    // Other processes may have changed the state too: calls that began in the state of one process no longer count.
    if (generation !== this.#generation) return calls.clear();
    for (const own of this.#circuit.trials()) calls.delete(own);
    if (data === 'lost') return;
    for (const permit of this.#permits) calls.add(permit);
    for (const [call, outcome] of this.#unreported) this.#circuit.record(call, outcome);
  }
}
