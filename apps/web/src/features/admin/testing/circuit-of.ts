import type { ProviderCircuit } from '../../../lib/wire.ts';

/** Makes a closed, unused circuit with the given properties. */
export function circuitOf(given: Partial<ProviderCircuit> = {}): ProviderCircuit {
  return {
    state: 'closed',
    fail_count: 0,
    fail_max: 3,
    reset_timeout_ms: 60_000,
    max_reset_timeout_ms: 300_000,
    timeout_ms: 35_000,
    minutes: [],
    outcomes: { success: 0, failure: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 },
    states: [],
    ...given,
  };
}
