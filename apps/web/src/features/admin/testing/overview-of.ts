import type { MinuteCounts, Overview, ProviderCircuit } from '../../../lib/wire.ts';

/** The time of the overviews in tests. */
export const NOW = Date.UTC(2026, 10, 22, 1, 44, 19);

/** Returns the time some seconds after `NOW` in ISO 8601. */
export const at = (secondsFromNow: number): string => new Date(NOW + secondsFromNow * 1_000).toISOString();

/** Replaces no-break spaces. */
export const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

/** Makes a closed, unused circuit with the given properties. */
export function circuitOf(given: Partial<ProviderCircuit> = {}): ProviderCircuit {
  return {
    state: 'closed',
    fail_count: 0,
    fail_max: 3,
    reset_timeout_ms: 60_000,
    max_reset_timeout_ms: 300_000,
    timeout_ms: 35_000,
    out_of_quota: false,
    opened: 0,
    states: [],
    ...given,
  };
}

/** Makes a minute without calls, with the given counts. */
export function minuteOf(given: Partial<MinuteCounts> = {}): MinuteCounts {
  return {
    at: at(0),
    success: 0,
    failure: 0,
    timeout: 0,
    refused: 0,
    isolated: 0,
    held_back: 0,
    cached: 0,
    stale: 0,
    leases: 0,
    failures: 0,
    ...given,
  };
}

const START = Date.UTC(2026, 10, 22, 0, 45);

/** Makes sixty minutes up to `NOW`, with the given counts of some of them. */
export function hourOf(counts: Readonly<Record<number, Partial<MinuteCounts>>> = {}): MinuteCounts[] {
  return Array.from({ length: 60 }, (_, minute) =>
    minuteOf({ at: new Date(START + minute * 60_000).toISOString(), ...counts[minute] }),
  );
}

interface Given extends Partial<Omit<Overview, 'circuits' | 'minutes'>> {
  plant_id?: Partial<ProviderCircuit>;
  plantnet?: Partial<ProviderCircuit>;
  minutes?: Partial<Overview['minutes']>;
}

/** Makes an overview of two closed circuits without calls, and without optional parts. */
export function overviewOf({ minutes, plant_id, plantnet, ...given }: Given = {}): Overview {
  return {
    at: at(0),
    shared: true,
    answers: { minutes: 15, fresh: 0, cached: 0, stale: 0, retry: 0 },
    circuits: { plant_id: circuitOf(plant_id), plantnet: circuitOf({ fail_max: 5, ...plantnet }) },
    minutes: { plant_id: hourOf(), plantnet: hourOf(), ...minutes },
    quantiles: { plant_id: {}, plantnet: {} },
    urgency: { answer: 'no', checks: [] },
    alerts: { items: [] },
    cache: {
      memory: 0,
      redis: 0,
      miss: 0,
      stale: 0,
      saved_calls: 0,
      saved_credits: 0,
      usual_credits: 2,
      credit_cost: 0.029,
    },
    limits: { rows: [], periods: [], factor: 1 },
    quotas: { rows: [] },
    legacy: { sunset_at: '2027-07-01T00:00:00.000Z', rows: [] },
    dependencies: {
      redis: { state: 'up' },
      database: { state: 'up', in_use: 0, size: 10, waiting: 0 },
      photo_store: { state: 'up', orphans: 0 },
      decoder: { busy: 0, size: 2, waiting: 0 },
    },
    leases: { held: [], timeouts: 0 },
    jobs: [],
    audit: [],
    ...given,
  };
}
