import { expect } from 'vitest';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import type { Circuit, CircuitEvent, CircuitOptions, CircuitOutcome } from '../circuit/types.ts';
import { FakeClock } from './fake-clock.ts';
import { SERVICE_CIRCUIT } from './service-circuit.ts';

export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** Errors say by their message what they are; others are failures. */
function classify(error: unknown): CircuitOutcome {
  const message = error instanceof Error ? error.message : '';
  return message === 'success' || message === 'ignored' ? message : 'failure';
}

interface Watched {
  readonly circuit: Circuit;
  readonly clock: FakeClock;
  readonly events: CircuitEvent[];
  readonly types: () => string[];
}

/** A circuit of one process, and what it tells. */
export function localCircuit(options: Partial<CircuitOptions> = {}): Watched {
  const clock = new FakeClock();
  const circuit = createCircuit({
    ...SERVICE_CIRCUIT,
    classify,
    clock,
    random: () => 0,
    ...options,
  });
  const events: CircuitEvent[] = [];
  circuit.subscribe((event) => events.push(event));
  return { circuit, clock, events, types: () => events.map(({ type }) => type) };
}

export const succeed = (circuit: Circuit): Promise<string> => circuit.execute(async () => 'leaf');

export const fail = (circuit: Circuit, error: Error = new Unavailable('no answer')): Promise<void> =>
  expect(circuit.execute(() => Promise.reject(error))).rejects.toBe(error);

export async function open(circuit: Circuit): Promise<void> {
  for (let n = 0; n < 3; n += 1) await fail(circuit);
  if (circuit.snapshot().state !== 'open') throw new Error('three failures open the circuit');
}
