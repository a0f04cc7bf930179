import { expect } from 'vitest';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import type { Circuit, CircuitEvent, CircuitOptions, CircuitOutcome } from '../circuit/types.ts';
import { FakeClock } from './fake-clock.ts';

/** The circuit of most tests: three failures open it for a minute, two of two trials close it. */
export const SERVICE_CIRCUIT = {
  name: 'service',
  failMax: 3,
  resetTimeoutMs: 60_000,
  maxResetTimeoutMs: 300_000,
  successThreshold: 2,
  trialPermits: 2,
} as const;

export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** Takes the message of an error for its outcome; other errors are failures. */
function classify(error: unknown): CircuitOutcome {
  const message = error instanceof Error ? error.message : '';
  return message === 'success' || message === 'ignored' ? message : 'failure';
}

interface ObservedCircuit {
  readonly circuit: Circuit;
  readonly clock: FakeClock;
  readonly events: CircuitEvent[];
  readonly types: () => string[];
}

/** Creates a circuit of one process, and collects its events. */
export function localCircuit(options: Partial<CircuitOptions> = {}): ObservedCircuit {
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
