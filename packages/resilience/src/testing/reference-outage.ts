import type { CircuitOutcome } from '../circuit/types.ts';
import type { ReferenceCircuit, Ticket } from './reference-circuit.ts';

/**
 * Redis is away, and one process alone makes calls by the rules of the reference. Trial permits are kept by Redis: those
 * it has given are no concern of the process until Redis is back, and those the process gives itself are never Redis'.
 */
export class ReferenceOutage {
  readonly #circuit: ReferenceCircuit;
  readonly #generation: number;
  readonly #permits: ReadonlySet<Ticket>;
  readonly #untold: Map<Ticket, CircuitOutcome> = new Map();

  constructor(circuit: ReferenceCircuit) {
    this.#circuit = circuit;
    this.#generation = circuit.generation;
    this.#permits = new Set(circuit.trials());
    for (const permit of this.#permits) circuit.calls.delete(permit);
  }

  leave(ticket: Ticket, outcome: CircuitOutcome): void {
    if (this.#permits.has(ticket)) this.#untold.set(ticket, outcome);
    else this.#circuit.leave(ticket, outcome);
  }

  end(data: 'kept' | 'lost'): void {
    const { calls, generation } = this.#circuit;
    // Others may have moved too: what began in a state that was one process's own counts no more.
    if (generation !== this.#generation) return calls.clear();
    for (const own of this.#circuit.trials()) calls.delete(own);
    if (data === 'lost') return;
    for (const permit of this.#permits) calls.add(permit);
    for (const [ticket, outcome] of this.#untold) this.#circuit.leave(ticket, outcome);
  }
}
